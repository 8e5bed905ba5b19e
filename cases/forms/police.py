"""Whether the police have been told: the part of a form that asks it, wherever a decision rests on violence."""

from cases import acts, ladder
from cases.services.police import NOTHING, Told
from design import fields, forms
from policies.policy import Policy


def add_police(form: forms.Form, asked: ladder.Police | None, policy: Policy, *, binds: bool = True) -> None:
    """Ask whether the police have been told: always, unless there is a reason, or as people judge.

    Nothing is asked where the policy asks nothing. `binds` is False where the decision waits for no answer.
    """
    if asked is None:
        return
    binds = binds and (asked.always or asked.normally)
    fields_ = {
        "police_told": fields.YesNoField(
            label="Have the police been told?" + ("" if binds else " (optional)"), required=binds,
            called="whether the police have been told", help_text=hint(asked), size="m",
            reveal={"yes": ["police_reference"], "no": ["police_why"]},
        ),
        "police_reference": fields.LongTextField(
            label="When, by whom, and their reference (optional)", required=False, rows=2
        ),
        "police_why": fields.LongTextField(
            label="Why not" + ("" if binds else " (optional)"), called="why the police are not told", rows=3,
            required=False, help_text=_weighed(policy),
        ),
    }  # fmt: skip
    for name, field in fields_.items():
        form.fields[name] = field
        field.speak(name)


def hint(asked: ladder.Police) -> str:
    """What the policy says of telling the police, under its clause."""
    cited = asked.rule.cite() if asked.rule else "The policy"
    if asked.always:
        return f"{cited}: they are told, without exception."
    if asked.unless:
        return f"{cited}: they are told, unless: {asked.exceptions}."
    if asked.normally:
        return f"{cited}: they are normally told. If not, say why."
    return f"{cited}: it is for you to judge."


def _weighed(policy: Policy) -> str:
    by, questions = acts.untold_by(policy), policy.questions_for("no_police")
    decided = f"Not to tell them is decided, with this decision, by: {by}. " if by else ""
    weighed = " ".join(str(question) for question in questions)
    return decided + (f"The policy asks you to weigh: {weighed}" if weighed else "")


def police_of(form: forms.Form) -> Told:
    """What was said about the police."""
    typed = form.cleaned_data
    if "police_told" not in form.fields:
        return NOTHING
    told = typed.get("police_told")
    return Told(told, typed.get("police_reference" if told else "police_why") or "")
