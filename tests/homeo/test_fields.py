"""Fields that are written by functions: what they send, their labels, errors and helps, and nothing unescaped."""

import pytest
from django import forms
from django.template import Context, Template
from django.utils.safestring import mark_safe

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


@pytest.mark.parametrize("data", [None, {"name": "x" * 10, "choice": "no"}])
@pytest.mark.parametrize("name", ["name", "text", "number", "choice", "tick", "kept", "many"])
def test_forms_that_crispy_lays_out_have_the_same_fields(name, data):
    form = OddForm(data)
    laid_out = written(form, f"{{% load crispy_forms_filters %}}{{{{ form.{name}|as_crispy_field }}}}")
    assert laid_out.strip() == written(form, f"{{% field form.{name} %}}")


def test_files_and_choices_to_tick_are_laid_out_by_crispy():
    class Form(forms.Form):
        file = forms.FileField(widget=forms.FileInput)
        ticks = forms.MultipleChoiceField(label=ODD, choices=[(ODD, ODD)], widget=forms.CheckboxSelectMultiple)

    html = written(Form({}), "{% load crispy_forms_filters %}{{ form|crispy }}")
    assert names(html) == ["file", "ticks"]
    assert '<label for="id_file" class="form-label requiredField">File' in html
    assert '<legend class="form-label requiredField fs-6">&lt;b&gt;' in html
    assert html.count("This field is required.") == 2
    assert ODD not in html


def test_texts_that_are_html_already_stay_so():
    class Form(forms.Form):
        password = forms.CharField(
            label=mark_safe("<i>Word</i>"), help_text=mark_safe("<ul></ul>"), widget=forms.PasswordInput
        )

    html = written(Form({"password": "Secret"}), "{% field form.password %}")
    assert "<i>Word</i>" in html
    assert "<ul></ul>" in html
    assert 'type="password"' in html
    assert "Secret" not in html


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
