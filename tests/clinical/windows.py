"""A window of a doctor's on the page of a note, without a browser."""

from django.urls import reverse


class Window:
    """A window of the doctor's on the page of a note; `opened` is what the page showed."""

    def __init__(self, client, consultation):
        self.client = client
        self.path = reverse("clinical:consultation_update", args=[consultation.pk])
        self.draft_path = reverse("clinical:note_draft", args=[consultation.pk])
        self.take(client.get(self.path))

    def take(self, page):
        self.page = page
        form = page.context["form"]
        self.tokens = dict(page.context["tokens"]) | {"version": form["version"].value()}
        self.rx_version = form.rx["version"].value()

    def lines(self, *lines, advice=""):
        """Return what the page sends of a prescription with these lines."""
        fields = {f"items-{n}-{name}": value for n, line in enumerate(lines) for name, value in line.items()}
        counts = {"items-TOTAL_FORMS": len(lines), "items-INITIAL_FORMS": 0}
        return counts | {"rx-notes": advice, "rx-version": self.rx_version} | fields

    def shown_lines(self):
        """Return the lines of the page as they would be sent again."""
        rows = self.page.context["form"].rx.items.forms
        return [row.typed() for row in rows if not row.is_blank]

    def typed(self, **fields):
        texts = {"complaints": "", "diagnosis": "", "prescription": "", "notes": "", "complaint-TOTAL_FORMS": "0"} | {
            "complaint-INITIAL_FORMS": "0"
        }
        return texts | self.tokens | fields

    def draft(self, **fields):
        answer = self.client.post(self.draft_path, self.typed(**fields))
        assert answer.status_code == 200
        self.tokens["adopted"] = ""
        return answer.json()

    def save(self, **fields):
        answer = self.client.post(self.path, self.typed(**fields))
        if answer.context and "tokens" in answer.context:
            self.take(answer)
        return answer

    def shows(self, name):
        return self.page.context["form"][name].value()
