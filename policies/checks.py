"""What a policy file may say in each place and still contradict as a whole. Every check, all at once.

Each message says what does not fit, in the words of the file, so that a policy manager can put it right.
"""

import re
from collections.abc import Iterator
from itertools import combinations

from policies import citations, entries, grammar, law, schema, vocabulary
from policies.periods import Period
from policies.policy import Policy
from policies.problems import Problem, nearest
from policies.values import Item, Threshold, Value, Who

ANY = "any_decision"
LONGEST_ROLE, HIGHEST_RANK = 100, 1_000
# Roughly how many days a unit takes: only ever used to tell a shorter period from a longer one.
_DAYS = {"working days": 1.4, "calendar days": 1, "days": 1, "weeks": 7, "months": 30.44, "years": 365.25}


def contradictions(policy: Policy, document: str | None = None) -> list[Problem]:
    """Everything in a policy that does not fit together; `document` is the policy's own text, where it is at hand.

    >>> from policies import shelf
    >>> dover = shelf.read_builtin("dover-district-council")
    >>> contradictions(dover)
    []
    >>> print(*contradictions(dover, "6.16 Contact restrictions can last …")[:1])
    policy.ombudsman: cites clause 6.25, which is not in the policy's text.
    """
    checks = (
        _dates, _bounds, _bare, _people, _roles, _references, _order, _own_names, _letters, _events, _thresholds,
        _set_for_each_case, _two_appeals, _breach_steps, _finality, _ombudsmen, _nation, _contact, _damage,
    )  # fmt: skip
    found = [problem for check in checks for problem in check(policy)]
    return found + (list(citations.missing(policy, document)) if document is not None else [])


def _dates(policy: Policy) -> Iterator[Problem]:
    approved = policy.approved_on
    if approved and policy.effective_on < approved:
        yield Problem("policy.effective", f"is before the policy was approved, on {approved}")
    if not approved and "policy" not in policy.notes:
        yield Problem("policy.note", "is missing: a policy without a date of approval says where its date comes from")


def _bounds(policy: Policy) -> Iterator[Problem]:
    for path in ("minimum", "maximum", "normally", "extension.minimum", "extension.maximum"):
        length = policy.period(f"restriction.{path}")
        if length and length.unit == "working days":
            yield Problem(f"restriction.{path}", "is a length, so it is in calendar days, weeks, months or years")
    for path, value in policy.values.items():
        if not path.endswith(".minimum") or not isinstance(value.raw, Period):
            continue
        most = policy.period(path.removesuffix("minimum") + "maximum")
        if most and _length(value.raw) > _length(most):
            yield Problem(path, f"is longer than the maximum: {value.raw.length()} against {most.length()}")


def _bare(policy: Policy) -> Iterator[Problem]:
    for path, item in _items(policy):
        key = key_at(path)
        if key and key.bare and isinstance(item.parsed, Period) and (item.parsed.runs_from or item.parsed.every):
            yield Problem(
                path, f'is a length and runs from nothing: {path.rpartition(".")[2]} = "{item.parsed.length()} …"'
            )


def _length(period: Period) -> float:
    return period.count * _DAYS[period.unit] if period.count and period.unit else 0


def _people(policy: Policy) -> Iterator[Problem]:
    for path, item in _items(policy):
        if not isinstance(item.parsed, Who):
            continue
        who = item.parsed
        for role in who.roles:
            if role not in policy.roles:
                yield Problem(path, f'names "{role}", which is not under [roles]', nearest(role, policy.roles))
        ranked = [role for role in who.roles if role in policy.roles and policy.roles[role].rank is not None]
        if who.or_above and not ranked:
            yield Problem(path, f'says "or above", but {" and ".join(who.roles)} has no rank under [roles]')
        if who.how == "count" and not who.or_above and not who.staff and len(set(who.roles)) < 1:
            yield Problem(path, "names nobody to count")


def _roles(policy: Policy) -> Iterator[Problem]:
    """What a role is called is shown on every page beside a name, and its rank is a small number."""
    for key, role in policy.roles.items():
        if len(role.name) > LONGEST_ROLE:
            yield Problem(f"roles.{key}.name", f"is longer than {LONGEST_ROLE} letters")
        if role.rank is not None and role.rank > HIGHEST_RANK:
            yield Problem(f"roles.{key}.rank", f"is higher than {HIGHEST_RANK}")


def _references(policy: Policy) -> Iterator[Problem]:
    for path, value in policy.values.items():
        key = key_at(path)
        if key is None or key.kind != "ref":
            continue
        allowed = words_for(policy, key)
        for at, item in enumerate(value.kept):
            if item.word not in allowed:
                kinds = " or ".join(key.words)
                why = f"is no {kinds}{entries.where_own_words_end(value.kept[:at])}"
                yield Problem(path, f'names "{item.word}", which {why}', nearest(item.word, allowed))


def _known(policy: Policy) -> dict[str, set[str]]:
    return {
        "stage": {stage.key for stage in policy.stages if f"stage.{stage.key}" in policy.tables},
        "action": set(vocabulary.ACTIONS),
        "behaviour": {behaviour.key for behaviour in policy.behaviours},
        "register": {register.key for register in policy.registers},
        "path": {path.key for path in policy.paths},
        "kind": {kind.key for kind in policy.restriction_kinds.listed},
        "any decision": {ANY},
    }


def words_for(policy: Policy, key: schema.Key) -> set[str]:
    """The words that a list of this key may hold: those of the schema, or the names to which it refers.

    >>> from policies import shelf
    >>> dover = shelf.read_builtin("dover-district-council")
    >>> sorted(words_for(dover, schema.find("path.danger.skips")[0]))
    ['initial', 'restriction', 'review', 'written']
    """
    if key.kind == "ref":
        known = _known(policy)
        return {name for target in key.words for name in known[target]}
    return set(key.words)


def _order(policy: Policy) -> Iterator[Problem]:
    order = [item.word for item in policy.value("stages.order").kept]
    named = [path.removeprefix("stage.") for path in policy.tables if re.fullmatch(r"stage\.\w+", path)]
    stages = {stage.key: stage for stage in policy.stages}
    for key in named:
        if order and key not in order:
            yield Problem(f"stage.{key}", "is not in stages.order")
    for key in {key for key in order if order.count(key) > 1}:
        yield Problem("stages.order", f'names "{key}" twice')
    states = [
        vocabulary.STATES.index(stages[key].state) for key in dict.fromkeys(order) if key in named and stages[key].state
    ]
    if policy.value("stages.ordered").raw is not False and states != sorted(states):
        yield Problem("stages.order", f"goes against the four states: {', '.join(vocabulary.STATES)}")
    count = policy.value("stages.count").raw
    if count is not None and count != len(named):
        yield Problem("stages.count", f"says {count} stages, but the file has {len(named)}")


def _own_names(policy: Policy) -> Iterator[Problem]:
    steps = _known(policy)["stage"] | set(vocabulary.ACTIONS)
    for path in policy.tables:
        table, _, name = path.rpartition(".")
        if table == "gate" and name not in vocabulary.GATES and not policy.value(f"{path}.asks").said:
            yield Problem(
                path, "is a gate of your own, so it needs its question: asks = …", nearest(name, vocabulary.GATES)
            )
        if table == "decide" and name not in vocabulary.ACTIONS and not policy.value(f"{path}.does").said:
            hint = nearest(name, vocabulary.ACTIONS)
            yield Problem(path, "is an act of your own, so it needs saying: does = …", hint)
    for path in policy.values:
        table, _, name = path.rpartition(".")
        if table == "consider" and name not in steps:
            yield Problem(path, "is neither a stage nor an action", nearest(name, steps))


def _letters(policy: Policy) -> Iterator[Problem]:
    happens = _happens(policy)
    for key, letter in policy.letters.items():
        idle = [step for step in letter.on if step in happens and not happens[step]]
        if letter.on and len(idle) == len(letter.on):
            yield Problem(f"letter.{key}.on", f"nothing sends it: the policy has no {_NEEDS[idle[0]]}")


_NEEDS = {
    "breach": "breach ladder",
    "reconsider": "reconsideration",
    "spoc": "single point of contact",
    "change_spoc": "single point of contact",
    "interim": "interim restriction",
    "enter_register": "register",
    "remove_register": "register",
    "withhold_entry": "register",
    "appeal": "appeal",
    "appeal_received": "appeal",
    "late_review": "review",
}


def _happens(policy: Policy) -> dict[str, bool]:
    """Whether the policy has what an action needs; actions that are always possible are not in it."""
    spoc = "spoc" in policy.tables or any(kind.does == "named person" for kind in policy.restriction_kinds.listed)
    interim = "restriction.interim" in policy.tables or any(path.interim for path in policy.paths)
    appeals = not policy.value("appeal.covers").none
    timed = ("review.interval", "review.at_end", "review.batch")
    reviews = any(policy.value(path).said and policy.value(path).raw is not False for path in timed)
    return {
        "breach": bool(policy.value("breach.ladder").kept) or policy.value("breach.ladder").lost,
        "reconsider": "reconsideration" in policy.tables,
        "spoc": spoc or policy.restriction_kinds.lost,
        "change_spoc": spoc or policy.restriction_kinds.lost,
        "interim": interim,
        "appeal": appeals,
        "appeal_received": appeals,
        "late_review": reviews,
        **dict.fromkeys(("enter_register", "remove_register", "withhold_entry"), bool(policy.registers)),
    }


def _events(policy: Policy) -> Iterator[Problem]:
    happens = _happens(policy)
    needs = {
        "spoc named": ("spoc", "no single point of contact is ever named"),
        "interim": ("interim", "there is no interim restriction"),
        "entry": ("enter_register", "there is no register"),
        "removal": ("remove_register", "there is no register"),
        "appeal received": ("appeal", "there is no appeal"),
        "request received": ("reconsider", "there is no reconsideration"),
    }
    for path, item in _items(policy):
        if not isinstance(item.parsed, Period):
            continue
        event = item.parsed.runs_from
        if event in needs and not happens[needs[event][0]]:
            yield Problem(path, f'runs from "{event}", which never happens: {needs[event][1]}')
        if event.startswith("letter ") and not _letter_for(policy, path):
            yield Problem(path, f'runs from "{event}", but no letter is ever sent for it')


def _letter_for(policy: Policy, path: str) -> bool:
    """Whether a letter goes out for what a period at this path belongs to."""
    sent = {step for letter in policy.letters.values() for step in letter.on}
    top, _, rest = path.partition(".")
    if top == "stage":
        return rest.partition(".")[0] in sent
    if top != "appeal":
        return bool(sent)
    covers = {item.word for item in _covers(policy, path).kept}
    kinds = {kind.key for kind in policy.restriction_kinds.listed}
    restricts = {stage.key for stage in policy.stages if stage.state == "contact restriction"} | {"restrict"}
    return (
        bool(covers & sent)
        or (bool(sent) and (ANY in covers or not covers))
        or bool(covers & kinds and restricts & sent)
    )


def _covers(policy: Policy, path: str) -> Value:
    special = f"{path.rpartition('.')[0]}.covers"
    return policy.value(special if special in policy.values else "appeal.covers")


def _thresholds(policy: Policy) -> Iterator[Problem]:
    stages = _known(policy)["stage"]
    warned = {stage.key for stage in policy.stages if stage.state in ("initial warning", "written warning")}
    sends = {step for letter in policy.letters.values() for step in letter.on} & (warned | {"warn"})
    for path, item in _items(policy):
        if not isinstance(item.parsed, Threshold):
            continue
        stage = item.parsed.stage
        if stage and stage not in stages:
            yield Problem(path, f'counts before "{stage}" lapses, which is no stage', nearest(stage, stages))
        elif stage and not policy.value(f"stage.{stage}.lapses").items:
            yield Problem(
                path, f'counts before "{stage}" lapses, but that stage never lapses: stage.{stage}.lapses = …'
            )
        if item.parsed.what == "warning letters" and not sends:
            yield Problem(path, "counts warning letters, but no letter is sent on a warning")


def _set_for_each_case(policy: Policy) -> Iterator[Problem]:
    lengths = [policy.period(f"restriction.{bound}") for bound in ("length", "maximum", "minimum")]
    if not any(length and length.set_for_each_case for length in lengths):
        return
    steps = {stage.key for stage in policy.stages if stage.state == "contact restriction"} | {"restrict"}
    letters = [letter for letter in policy.letters.values() if steps & set(letter.on)]
    if not any(letter.contents_lost or "length" in [item.word for item in letter.says] for letter in letters):
        yield Problem("restriction.length", "is set for each case, but no letter on a restriction says the length")


def _two_appeals(policy: Policy) -> Iterator[Problem]:
    tables = [path for path in policy.tables if re.fullmatch(r"appeal\.for\.\w+", path)]
    covered = {path: {item.word for item in policy.value(f"{path}.covers").kept} for path in tables}
    for one, other in combinations(tables, 2):
        for word in sorted(covered[one] & covered[other]):
            yield Problem(f"{other}.covers", f'"{word}" is covered by {one} already: a decision has one appeal')


def _breach_steps(policy: Policy) -> Iterator[Problem]:
    """Each step with a decider of its own is in the ladder, and has one."""
    ladder = {_step(item) for item in policy.value("breach.ladder").kept}
    decided: dict[tuple[str, str], str] = {}
    for table in (path for path in policy.tables if re.fullmatch(r"breach\.for\.\w+", path)):
        for item in policy.value(f"{table}.steps").kept:
            if _step(item) not in ladder:
                yield Problem(f"{table}.steps", f'names "{item}", which is no step of breach.ladder')
            if (other := decided.setdefault(_step(item), table)) != table:
                yield Problem(f"{table}.steps", f'"{item}" is decided by {other} already: a step has one decider')


def _step(item: Item) -> tuple[str, str]:
    """A step of the ladder: its word; for an other, its own words too."""
    return item.word, grammar.plain(item.words) if item.word == "other" else ""


def _finality(policy: Policy) -> Iterator[Problem]:
    for table in ("appeal", "reconsideration"):
        if table not in policy.tables or policy.value(f"{table}.final").raw is not True:
            continue
        after = policy.value(f"{table}.next")
        if after.said and after.raw in vocabulary.INTERNAL:
            yield Problem(f"{table}.next", f'is "{after.raw}", though {table}.final says that nothing follows within')


def _ombudsmen(policy: Policy) -> Iterator[Problem]:
    for path in ("policy.ombudsman", "appeal.next", "reconsideration.next"):
        named = policy.value(path).raw if policy.value(path).said else None
        if named in vocabulary.OMBUDSMEN and policy.nation and policy.nation not in law.nations_of(named):
            right = law.ombudsman(policy.nation)
            yield Problem(
                path,
                f'is "{named}", which does not hear complaints in {policy.nation.title()}',
                right.key if right else "",
            )


def _nation(policy: Policy) -> Iterator[Problem]:
    if policy.nation:
        return
    for path, item in _items(policy):
        if isinstance(item.parsed, Period) and item.parsed.unit == "working days":
            yield Problem(
                path, "counts working days, but policy.nation is not said, so whose holidays to leave out is not known"
            )


def _contact(policy: Policy) -> Iterator[Problem]:
    kept, rule = policy.keep_open
    if not kept or rule is None or rule.strength != "must":
        return
    for kind in policy.restriction_kinds.listed:
        left = _ways_left(policy, kind.key) if kind.does in ("no channels", "end direct contact") else kept
        if left < kept:
            must = f"{kept} way{'s' if kept > 1 else ''} of contact must stay open ({rule.in_brackets()})"
            ends = f"leaves {left} of the ways of contact" if left else "ends all contact"
            yield Problem(f"restriction.kinds.{kind.key}", f"{ends}, but {must}")


# The ways that a kind can close; what is sent on paper is one of them, whatever a policy calls it.
_WAYS = frozenset(vocabulary.CHANNELS) - {"letter", "writing"}
_CLOSES = {"letter": {"post"}, "writing": {"post", "email", "text message"}}


def _ways_left(policy: Policy, kind: str) -> int:
    """How many ways of contact stay open under a kind that closes those it names, or all where it names none."""
    named = policy.value(f"restriction.kinds.{kind}.channels")
    if not named.kept:
        return 0
    closed = set().union(*(_CLOSES.get(item.word, {item.word}) for item in named.kept))
    return len(_WAYS - closed)


def _damage(policy: Policy) -> Iterator[Problem]:
    described = {clause.strip() for clauses in policy.damage for clause in clauses.split(",")}
    lost = [(gap.path, gap.rule) for gap in policy.losses]
    lost += [(path, item.rule) for path, item in _items(policy, "lost")]
    for path, rule in dict.fromkeys(lost):
        missing = [clause for clause in citations.numbers(rule) if clause not in described]
        if missing:
            yield Problem(path, f"is lost in {', '.join(missing)}, but [damage] does not say what is damaged there")


def _items(policy: Policy, state: str = "said") -> Iterator[tuple[str, Item]]:
    for path, value in policy.values.items():
        for item in value.items:
            if item.state == state:
                yield path, item


def key_at(path: str) -> schema.Key | None:
    """The key of the schema at a path, or None where a table stands there.

    >>> key_at("appeal.window").kind, key_at("appeal")
    ('period', None)
    """
    try:
        found = schema.find(path)[0]
    except KeyError:
        return None
    return found if isinstance(found, schema.Key) else None
