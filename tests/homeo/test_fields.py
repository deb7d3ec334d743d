"""Fields that are written by functions: what they send, their labels, errors and helps, and nothing unescaped."""

import pytest
from django import forms
from django.template import Context, Template

ODD = "<b>\"&'"


class OddForm(forms.Form):
    name = forms.CharField(label=ODD, help_text=ODD, max_length=9, widget=forms.TextInput({"placeholder": ODD}))
    text = forms.CharField(required=False, widget=forms.Textarea({"rows": 1}))
    number = forms.IntegerField(required=False)
    choice = forms.ChoiceField(required=False, choices=[("", "–"), (ODD, ODD), ("Group", [("in", "In it")])])
    tick = forms.BooleanField(required=False)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    many = forms.MultipleChoiceField(required=False, choices=[("a", "A")])
    file = forms.FileField(required=False)


def written(form, tag):
    return Template("{% load fields %}" + tag).render(Context({"form": form}))


def names(html):
    return sorted(part.split('"')[0] for part in html.split(' name="')[1:])


@pytest.mark.parametrize("name", ["name", "text", "number", "choice", "tick", "many", "file"])
def test_a_field_has_what_djangos_own_has(name):
    form = OddForm({"name": ODD, "text": f"\n{ODD}", "number": "3", "choice": ODD, "tick": "on", "kept": ODD})
    html = written(form, f"{{% field form.{name} %}}")
    own = str(form[name])
    assert names(html) == names(own)
    assert ODD not in html
    for attribute in ("value", "checked", "selected", "maxlength", "rows", "type", "placeholder", "required"):
        alone = written(form, f"{{% control form.{name} %}}")
        assert alone.count(f" {attribute}") == own.count(f" {attribute}"), attribute
    assert f'for="id_{name}"' in html


def test_errors_and_help_belong_to_their_field():
    html = written(OddForm({"name": "x" * 10, "choice": "no"}), "{% field form.name %}{% field form.choice %}")
    assert 'class="form-control is-invalid"' in html
    assert 'class="form-select is-invalid"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error" class="invalid-feedback"' in html
    assert 'id="id_name_helptext" class="form-text"' in html
    assert "at most 9 characters" in html
    assert '<span class="asteriskField">*</span>' in html


def test_a_field_alone_has_more_classes_and_no_label():
    html = written(OddForm(), '{% control form.number "num" %}')
    assert html.startswith('<input type="number" name="number"')
    assert 'class="form-control num"' in html
    assert "<label" not in html


def test_hidden_fields_are_written_without_anything_around_them():
    form = OddForm(initial={"kept": ODD})
    html = written(form, "{% hidden_fields form %}")
    assert html == written(form, "{% field form.kept %}")
    assert html.startswith('<input type="hidden" name="kept" value="&lt;b&gt;')
    assert "class" not in html
