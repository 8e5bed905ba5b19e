"""What a proposal rests on, whether stages are left out, and whether the police have been told."""

from collections.abc import Sequence
from typing import Any

from cases import ladder
from cases.forms.police import add_police, police_of
from cases.models import Case, Incident
from design import dates, fields, forms
from design.spoken import Spoken
from policies.parts import Path
from policies.policy import DANGER
from policies.values import Item
from restrictions.forms.shaping import choose


class Evidence(forms.Form):
    """Which incidents it rests on, and whether the usual stages are left out."""

    incidents = fields.ChoicesField(
        label="Which incidents does it rest on?", called="the incidents it rests on", size="m"
    )
    summary = fields.LongTextField(
        label="What these incidents show (optional)", required=False, help_text="Behaviour, not the person.", rows=4
    )

    def __init__(
        self, *args: Any, incidents: Sequence[Incident], case: Case, paths: Sequence[Path], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        policy = case.policy
        chosen = choose(
            self, "incidents", [(str(i.pk), f"{i.reference}, {dates.day(i.happened_on)}") for i in incidents]
        )
        for incident in incidents:
            chosen.hints[str(incident.pk)] = incident.facts[:300]
        self.paths = list(paths)
        if self.paths:
            self._ask_about_stages()
        asked = [
            found
            for path in (*paths, None)
            if (found := ladder.police(policy, case, incidents, path.key if path else ""))
        ]
        if asked:
            add_police(self, min(asked, key=lambda one: (not one.always, not one.normally)), policy)

    def _ask_about_stages(self) -> None:
        """Whether stages are left out, by which path, why, and what the policy asks about it."""
        several = len(self.paths) > 1
        answers = {path.key: [name for name, _ in self._questions(path)] for path in self.paths}
        first = ["path"] if several else answers[self.paths[0].key]
        self._add(
            "extreme",
            fields.YesNoField(
                label="Are the usual stages left out?",
                called="whether the usual stages are left out",
                help_text=f"{' '.join(self._allows(path) for path in self.paths)} It needs your reason.",
                reveal={"yes": [*first, "extreme_reason"]},
                required=any(path.key == DANGER for path in self.paths),
                size="m",
            ),
        )
        if several:
            self._add(
                "path",
                fields.ChoiceField(
                    label="By which of the policy's paths?",
                    called="by which of the policy's paths",
                    small=True,
                    choices=[(path.key, path.name) for path in self.paths],
                    reveal={key: names for key, names in answers.items() if names},
                ),
            )
        for path in self.paths:
            for name, question in self._questions(path):
                self._add(
                    name,
                    fields.LongTextField(
                        label=str(question),
                        called=f"an answer to “{question}”",
                        rows=3,
                        help_text=question.rule.cite() if question.rule else "",
                    ),
                )
        self._add(
            "extreme_reason",
            fields.LongTextField(
                label="Why the usual stages are left out", called="why the usual stages are left out", rows=4
            ),
        )

    @staticmethod
    def _allows(path: Path) -> str:
        cited = path.skips_rule.cite() if path.skips_rule else "The policy"
        who = f" That is decided by: {path.decided_by}." if path.decided_by else ""
        if path.skips:
            what = "an extreme case" if path.key == DANGER else f"“{path.name}”"
            return f"{cited} lets {what} leave them out.{who}"
        return f"Whether they may be for “{path.name}” the policy does not say: it is decided in its silence.{who}"

    @staticmethod
    def _questions(path: Path) -> list[tuple[str, Item]]:
        return [(f"answer_{path.key}_{number}", question) for number, question in enumerate(path.conditions)]

    def _add(self, name: str, field: Spoken) -> None:
        self.fields[name] = field
        field.speak(name)

    def answers(self) -> dict[str, str]:
        """The answers to the policy's questions about the path that is taken, by question."""
        typed = self.cleaned_data
        pairs = [pair for path in self.paths for pair in self._questions(path) if self.taken() in ("", path.key)]
        return {str(question): typed[name] for name, question in pairs if typed.get(name)}

    def taken(self) -> str:
        """The path that is taken, by its key; "" where there is one way out at most."""
        return str(self.cleaned_data.get("path") or "") if self.cleaned_data.get("extreme") else ""

    def police(self) -> dict[str, Any]:
        """What was said about the police."""
        said = police_of(self)
        return {"police_told": said.told, "police_words": said.words}
