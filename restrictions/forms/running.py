"""The shape of what is typed while a restriction is proposed and runs, about when it is looked at."""

from typing import Any

from design import fields, forms
from policies.policy import Policy
from restrictions import rules
from restrictions.forms.shaping import choose, spoken


class WhenReviewed(forms.Form):
    """When it is reviewed before its last day: by the policy, after a time set for this case, or not at all."""

    POLICY, MONTHS, NONE = "policy", "months", "none"

    when = fields.ChoiceField(
        label="When is it reviewed before its last day?", called="when it is reviewed before its last day", size="m"
    )
    review_months = fields.WholeNumberField(
        label="After how many months?", called="after how many months it is reviewed", after="months"
    )
    review_agreed = fields.LongTextField(
        label="With whom was the time agreed, and how?", called="with whom the time was agreed", rows=3
    )
    no_review_reason = fields.LongTextField(
        label="Why there is no review",
        called="why there is no review",
        help_text="The decider reads this, and the resident reads it in the letter.",
        rows=4,
    )

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(self.POLICY, "When the policy says")]
        hints = {self.POLICY: "Nothing is set for this case. It is reviewed at its end in any case."}
        if rules.review_set_for_the_case(policy):
            choices.append((self.MONTHS, "After a time set for this case"))
            hints[self.MONTHS] = _bounds(policy)
        else:
            del self.fields["review_months"]
        self._ask_about_agreement(policy)
        if rules.review_can_be_waived(policy):
            choices.append((self.NONE, "It is not reviewed before its last day"))
            hints[self.NONE] = _conditions(policy)
        else:
            del self.fields["no_review_reason"]
        field = choose(self, "when", choices)
        field.hints.update(hints)
        reveals = {self.MONTHS: ("review_months", "review_agreed"), self.NONE: ("no_review_reason",)}
        field.reveal = {
            key: tuple(name for name in names if name in self.fields)
            for key, names in reveals.items()
            if names[0] in self.fields
        }

    def _ask_about_agreement(self, policy: Policy) -> None:
        """Where the policy has the time agreed: by the resident, or with whom it does not say."""
        rule = rules.agreement(policy)
        if rule is None or "review_months" not in self.fields:
            del self.fields["review_agreed"]
            return
        field = spoken(self, "review_agreed")
        cited = f"{rule.cite()}. " if rule.clause else ""
        if policy.value("review.agreement").raw is True:
            field.label, field.called = "How did the resident agree to this time?", "how the resident agreed"
            field.help_text = f"{cited}When, and in what words. Without it, the policy's own time holds."
        else:
            field.help_text = f"{cited}The policy has the time agreed, and does not say with whom."
        field.speak("review_agreed")

    def arguments(self) -> dict[str, Any]:
        """What the service is told: the months, or the reason, or neither."""
        typed = self.cleaned_data
        return {
            "months": typed.get("review_months") if typed["when"] == self.MONTHS else None,
            "agreed": typed.get("review_agreed", "") if typed["when"] == self.MONTHS else "",
            "no_review_reason": typed.get("no_review_reason", "") if typed["when"] == self.NONE else "",
        }


def _bounds(policy: Policy) -> str:
    """What the policy says of the time, for the hint beside it."""
    least, most = policy.period("review.minimum"), policy.period("review.maximum")
    said = [f"at least {least.length()}" if least else "", f"at most {most.length()}" if most else ""]
    words = " and ".join(each for each in said if each)
    rule = policy.value("review.minimum").rule or policy.value("review.maximum").rule or policy.review.interval.rule
    cited = f" {rule.cite()}." if rule else ""
    if words:
        return f"The policy asks for {words}.{cited}"
    return f"The policy leaves the time to whoever decides.{cited}"


def _conditions(policy: Policy) -> str:
    """When the policy lets a review be left out, for the hint beside it."""
    return " ".join(f"{item}. {item.rule.cite()}." if item.rule else f"{item}." for item in policy.review.none_if.kept)
