"""The page on which a note is written: saved, drafted, compared, merged."""

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clinical import services
from clinical.case import FOLLOW_UP, GENERALS, PARTS, Layout, in_words
from clinical.courses import picture_of, steps_of
from clinical.forms import ConsultationForm
from clinical.lines import LINE_PREFIX
from clinical.models import Complaint, Consultation, NoteDraft, Prescription, PrescriptionItem, Snippet
from clinical.reading import DRAFTS_READ, Note, read_note, unseen_drafts
from clinical.services.drafts import moment_of
from clinical.sheet import RX_VERSION, Sheet
from clinical.views.consultations import OwnConsultationMixin
from clinical.views.lines import LinesMixin
from homeo.base.fields import new_id
from homeo.base.forms import VERSION_FIELD
from homeo.base.views import VersionedFormView

COURSE_LENGTH = 8
COURSE_SHOWN = ("scheduled_at", "diagnosis", "complaints")
PRESCRIPTIONS_READ = 30
LAST_NOTE = "last"
TEMPLATES_MOST = 20
SHOWN_ASIDE = ("mind", "miasm")
TOKENS = ("window", "seen", "adopted")


class ConsultationUpdateView(LinesMixin, OwnConsultationMixin, VersionedFormView):
    """The writing page: the note, and the prescription of the visit.

    Its buttons: save, `complete`, `then` (save and go on to another prescription), and those that only change what
    stands in the form: `add_row`, `switch` (the other layout), `load` (the last note or a template), `merge`, and those
    of the lines.
    """

    permission_required = ("clinical.change_consultation", "clinical.add_prescription")
    form_class = ConsultationForm
    template_name = "clinical/consultation_update.html"
    REWORKS = ("add_row", "switch", "load", "merge")

    # ── What stands in the form ─────────────────────────────────────────────
    @property
    def note(self) -> Note:
        """Return the stored note, read again when it has changed."""
        key = self.object.version
        if getattr(self, "_note", (None,))[0] != key:
            # A page that is opened shows the other prescriptions too.
            among = self.prescriptions if self.request.method == "GET" else None
            self._note = (key, read_note(self.request.user, self.object, among))
        return self._note[1]

    @property
    def patient(self):
        """Return the patient of the consultation."""
        return self.object.patient

    @cached_property
    def prescriptions(self) -> list[Prescription]:
        """Return what the patient was prescribed, latest first, those of this visit before the others."""
        seen = Prescription.objects.for_user(self.request.user, self.patient).active().unreplaced()
        of_this = Q(consultation=self.object, consultation__isnull=False)
        items = PrescriptionItem.objects.select_related("remedy")
        seen = seen.prefetch_related(Prefetch("items", items))
        ordered = seen.alias(is_of_this=of_this).order_by("-is_of_this", "-created_at", "-pk")
        return list(ordered[:PRESCRIPTIONS_READ])

    def get_form_kwargs(self):
        """Tell the form what is stored and which complaints are asked for."""
        note = self.note
        return super().get_form_kwargs() | {
            "stored": note.sheet,
            "complaints": note.complaints,
            "draft": note.prescription,
        }

    def form_showing(self, sheet: Sheet, **initial):
        """Return a form that shows `sheet`, unchecked."""
        kwargs = self.get_form_kwargs() | {"sheet": sheet}
        kwargs["initial"] = kwargs["initial"] | initial
        kwargs.pop("data", None)
        kwargs.pop("files", None)
        return self.get_form_class()(**kwargs)

    def posted_sheet(self) -> Sheet:
        """Return what stands in the form that was sent."""
        return Sheet.from_post(dict(self.request.POST.lists()))

    def get(self, request, *args, **kwargs):
        """Show the note, or the latest draft of it that was not saved; another one beside it, to be compared."""
        if not self.object.is_writable:
            return HttpResponseRedirect(self.get_success_url())
        drafts = list(
            NoteDraft.objects.for_user(request.user).filter(consultation=self.object).latest_first()[:DRAFTS_READ]
        )
        restored = drafts[0] if drafts and self.can_restore(drafts[0]) else None
        sheet = Sheet.from_post(restored.fields) if restored else self.note.sheet
        context = {
            "form": self.form_showing(sheet),
            "restored": restored,
            "tokens": self.new_tokens(adopted=restored.pk if restored else ""),
        }
        for other in drafts:
            theirs = Sheet.from_post(other.fields).spelled()
            if other is not restored and (differences := sheet.spelled().differences(theirs, self.asked)):
                context["conflict"] = {"differences": differences, "at": other.updated_at, "theirs": other.pk}
                break
        return self.render_to_response(self.get_context_data(**context))

    def can_restore(self, draft: NoteDraft) -> bool:
        """Tell whether nobody has saved the note, or the prescription of the visit, since the draft was begun."""
        sheet = Sheet.from_post(draft.fields)
        is_latest = sheet.lines is None or sheet.fields.get(RX_VERSION, "") == self.note.sheet.fields[RX_VERSION]
        return is_latest and draft.version == self.object.version

    @property
    def asked(self) -> list[Complaint]:
        """Return the complaints of earlier notes."""
        return self.note.complaints

    def new_tokens(self, **tokens) -> dict:
        """Return what tells this window from others, and until when it knows them."""
        return {"window": new_id(), "seen": timezone.now().isoformat(), "adopted": ""} | tokens

    def posted_tokens(self) -> dict:
        """Return the tokens of the window that sent the form."""
        posted = {name: self.request.POST.get(name, "")[:40] for name in TOKENS}
        return posted if posted["window"] else self.new_tokens()

    # ── Buttons ─────────────────────────────────────────────────────────────
    def post(self, request, *args, **kwargs):
        """Change what stands in the form, or save."""
        if self.object.is_writable and self.is_about_lines:
            return self.rework_lines()
        if self.object.is_writable and any(name in request.POST for name in self.REWORKS):
            return self.rework()
        if self.object.is_writable and "compare" in request.POST:
            self.other_draft = self.unseen_draft()
            return self.conflict()
        return super().post(request, *args, **kwargs)

    def rework(self):
        """Show the form with what was typed, changed as the button says; nothing is saved but the draft of a merge."""
        post, sheet, tokens = self.request.POST, self.posted_sheet(), self.posted_tokens()
        initial = {VERSION_FIELD: post.get(VERSION_FIELD, "")}
        if "switch" in post:
            sheet.fields["layout"] = post["switch"] if post["switch"] in Layout else self.object.layout
        elif "load" in post:
            sheet = self.loaded(sheet, post["load"])
        elif "merge" in post:
            sheet = self.merge(sheet, tokens)
        form = self.form_showing(sheet, **initial)
        if "add_row" in post:
            form.rows.extra = 1
        return self.render_to_response(self.get_context_data(form=form, tokens=tokens, is_unsaved=True))

    def rework_lines(self):
        """Show the prescription as one of its buttons leaves it: alone for htmx, else with the note as it was typed."""
        form = self.get_form()
        form.rx, said = self.changed_lines(form.rx)
        status = 422 if form.rx.is_bound else 200
        if self.request.htmx:
            shown = self.lines_context(form.rx, self.earlier.first())
            context = {"form": form.rx, "consultation": self.object} | shown | said
            return render(self.request, "clinical/_rx.html", context, status=status)
        shown = self.form_showing(self.posted_sheet(), **{VERSION_FIELD: self.request.POST.get(VERSION_FIELD, "")})
        shown.rx = form.rx
        context = self.get_context_data(form=shown, tokens=self.posted_tokens(), is_unsaved=True, **said)
        return self.render_to_response(context, status=status)

    def loaded(self, sheet: Sheet, source: str) -> Sheet:
        """Return the sheet with its gaps filled, out of a template of the doctor's or the patient's last note."""
        if source != LAST_NOTE:
            templates = Snippet.objects.for_user(self.request.user).templates()
            template = templates.filter(pk=source[:24]).first()
            return sheet.with_gaps_filled(Sheet.from_parts(template.parts)) if template else sheet
        last = self.earlier_notes().latest_first().first()
        return sheet.with_gaps_filled(read_note(self.request.user, last).sheet) if last else sheet

    def merge(self, sheet: Sheet, tokens: dict) -> Sheet:
        """Return the sheet with what was chosen of the other version, and keep it as this window's draft."""
        other = self.request.POST.get("theirs", "")
        draft = NoteDraft.objects.for_user(self.request.user).filter(consultation=self.object, pk=other[:24]).first()
        theirs = Sheet.from_post(draft.fields).spelled() if draft else self.note.sheet
        choices = {
            name.removeprefix("keep:"): value for name, value in self.request.POST.items() if name.startswith("keep:")
        }
        merged = sheet.spelled().merged(theirs, choices)
        self.keep_sheet(merged, tokens)
        if draft:
            services.drop_drafts(consultation=self.object, window=draft.window, adopted="", seen="")
        return merged

    def keep_sheet(self, sheet: Sheet, tokens: dict) -> None:
        """Keep a sheet as this window's draft."""
        services.keep_draft(
            actor=self.request.user,
            consultation_id=self.object.pk,
            version=self.request.POST.get(VERSION_FIELD, "")[:40],
            fields=dict(sheet.as_post().lists()),
            **tokens,
        )

    # ── Saving ──────────────────────────────────────────────────────────────
    def lock_object(self):
        """Lock the visit before its consultation: completing changes both."""
        locked = services.lock_consultation(self.object)
        # Whose it is was asked a moment ago, and stays.
        locked.patient, locked.doctor = self.object.patient, self.object.doctor
        return locked

    def is_stale(self) -> bool:
        """Tell whether it was saved since, prescription included, or another window has a draft unknown to this one."""
        if super().is_stale() or (self.object.is_writable and self.is_prescription_stale()):
            return True
        self.other_draft = self.unseen_draft() if self.object.is_writable else None
        return self.other_draft is not None

    other_draft = None

    def is_prescription_stale(self) -> bool:
        """Tell whether the draft of the prescription is not the one with which this page began."""
        post = self.request.POST
        return f"{LINE_PREFIX}-TOTAL_FORMS" in post and post.get(RX_VERSION, "") != self.note.sheet.fields[RX_VERSION]

    def get_saved_by(self, stored):
        """Return who saved since: a prescription of the visit is nobody's but the doctor's own."""
        return super().get_saved_by(stored) or (self.request.user if self.is_prescription_stale() else None)

    def unseen_draft(self) -> NoteDraft | None:
        """Return another window's draft that is newer than this page and says something else."""
        tokens = self.posted_tokens()
        if "window" not in self.request.POST:
            return None
        seen, window, adopted = moment_of(tokens["seen"]), tokens["window"], tokens["adopted"]
        newest = unseen_drafts(self.request.user, self.object, window=window, adopted=adopted, seen=seen)
        mine = self.posted_sheet().spelled() if newest else None
        return next((one for one in newest if mine.differences(Sheet.from_post(one.fields).spelled())), None)

    def conflict(self):
        """Show what was typed beside what is stored or drafted; a save of what is stored already is a success."""
        stored = self.get_object()
        form = self.get_form()
        form.is_valid()
        self.object = stored
        theirs = Sheet.from_post(self.other_draft.fields).spelled() if self.other_draft else self.note.sheet
        differences = form.sheet.spelled().differences(theirs, self.asked)
        tokens = self.posted_tokens() | {"seen": timezone.now().isoformat()}
        if not differences and "compare" in self.request.POST:
            form = self.form_showing(form.sheet)
            return self.render_to_response(self.get_context_data(form=form, tokens=tokens, is_unsaved=True))
        if not differences and not form.errors:
            return self.form_stored(form)
        if stored.status == Consultation.Status.COMPLETED:
            return self.kept_aside(form.sheet)
        saved_by = None if self.other_draft else self.get_saved_by(stored)
        prescription = self.note.prescription
        saved_at = max(stored.updated_at, prescription.updated_at) if prescription else stored.updated_at
        data = form.data.copy()
        data[VERSION_FIELD], data[RX_VERSION] = stored.version, self.note.sheet.fields[RX_VERSION]
        form.data = data
        if form.rx.is_bound:
            form.rx.data = data
        conflict = {
            "differences": differences,
            "at": self.other_draft.updated_at if self.other_draft else saved_at,
            "theirs": self.other_draft.pk if self.other_draft else "",
            "saved_by": saved_by,
        }
        return self.render_to_response(self.get_context_data(form=form, conflict=conflict, tokens=tokens), status=409)

    def kept_aside(self, sheet: Sheet):
        """Keep what was typed into a note that was signed meanwhile, and go to the note, which offers an addendum."""
        self.keep_sheet(sheet, self.posted_tokens())
        said = _("This note was signed in another window. What you typed here is kept: it can be an addendum.")
        messages.warning(self.request, said)
        return HttpResponseRedirect(self.get_success_url())

    def form_stored(self, form):
        """Complete from a stale page too, where it has the words that are stored."""
        if "complete" in self.request.POST and self.object.is_writable:
            return self.form_valid(form)
        return super().form_stored(form)

    def perform(self, form):
        """Keep the note, and complete the consultation where that was asked for."""
        change, kept = services.write_locked_consultation, {"stored": self.note}
        if "complete" in self.request.POST:
            change, kept = services.write_and_complete_consultation, {}
        self.object = change(actor=self.request.user, consultation=self.object, **kept, **form.note())
        services.drop_drafts(consultation=self.object, **self.posted_tokens())
        return self.object

    def get_success_url(self) -> str:
        """Go on to the prescription that was asked for, write on, or read what was completed."""
        then = self.request.POST.get("then", "")
        if self.object.is_writable and then == "prescribe":
            return reverse("clinical:prescription_create", args=[self.object.pk])
        if then and self.object.is_writable and self.object.prescriptions.filter(pk=then[:24]).exists():
            return reverse("clinical:prescription_update", args=[then])
        return super().get_success_url()

    def get_success_message(self) -> str:
        """Say what was done."""
        if self.object.status == Consultation.Status.COMPLETED:
            words = _("The consultation with %(name)s is signed and complete; the front desk has its invoice.")
            if self.object.prescriptions.active().exists():
                words = _(
                    "The consultation with %(name)s is signed and complete, and its prescription is signed too; "
                    "the front desk has its invoice."
                )
            return words % {"name": self.object.patient.name}
        return _("Saved.")

    # ── The page ────────────────────────────────────────────────────────────
    def earlier_notes(self):
        """Return the other consultations in which the patient was seen."""
        seen = Consultation.objects.for_user(self.request.user, self.patient).active().attended()
        return seen.exclude(pk=self.object.pk)

    def get_context_data(self, **kwargs):
        """Add what the doctor has in view: the drafts, the last remedy, the course of earlier consultations."""
        user, patient, prescriptions = self.request.user, self.patient, self.prescriptions
        earlier = list(self.earlier_notes().with_answers().only(*COURSE_SHOWN).latest_first()[:COURSE_LENGTH])
        signed = [one for one in prescriptions if one.is_signed]
        course = steps_of(earlier, signed, later=self.note.told)
        known = self.known_parts()
        form = kwargs.get("form")
        layout = (form["layout"].value() if form else "") or self.object.layout or Layout.FOLLOW_UP
        last = signed[0] if signed else None
        drafts = [one for one in prescriptions if one.consultation_id == self.object.pk]
        shown = self.lines_context(form.rx, last) if form else {}
        return super().get_context_data(
            **{
                "consultation": self.object,
                "patient": patient,
                "layout": layout,
                "other_layout": Layout.FIRST if layout == Layout.FOLLOW_UP else Layout.FOLLOW_UP,
                "tokens": self.posted_tokens(),
                "drafts": drafts,
                "other_drafts": [one for one in drafts if one != self.note.prescription],
                "last_prescription": last,
                "last_answer": course[0].answer if course else None,
                "course": course,
                "templates": Snippet.objects.for_user(user)
                .templates()
                .favourites_first()
                .only("title")[:TEMPLATES_MOST],
                "picture": picture_of(*self.points(course)),
                "since": earlier[0].scheduled_at if earlier else None,
                "known": known,
                "generals": [
                    (part.label, known[name])
                    for name, part in PARTS.items()
                    if name in known and (part.group == GENERALS or name in SHOWN_ASIDE)
                ],
            }
            | shown
            | kwargs
        )

    def points(self, course) -> tuple[list, str]:
        """Return what the picture of the course shows, from the first visit, and the same in words."""
        points = [
            (date_format(timezone.localtime(step.consultation.scheduled_at), "j M"), step.told) for step in course
        ]
        points = [(_("today"), self.note.told), *points]
        known = [(label, one) for label, one in reversed(points) if one]
        told_in_words = ", ".join(f"{label}: {one.sign}" for label, one in known)
        return known, _("Responses at the visits: %(responses)s.") % {"responses": told_in_words}

    def known_parts(self) -> dict:
        """Return the parts of the case in words, as the latest notes that speak of them tell them."""
        names = [name for name, part in PARTS.items() if part.group != FOLLOW_UP]
        cases = self.earlier_notes().filter(case__has_any_keys=names).latest_first().values_list("case", flat=True)
        latest = list(cases[:COURSE_LENGTH])
        return {name: in_words(name, case[name]) for case in reversed(latest) for name in names if case.get(name)}
