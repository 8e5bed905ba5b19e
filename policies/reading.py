"""The parts of a policy read from its values: a stage, a kind of restriction, a register, a letter, a path, appeals."""

from policies import law, schema
from policies.contents import Contents
from policies.parts import Appeals, LetterRule, Path, RegisterRule, RestrictionKind, Stage
from policies.values import Value, Who


def stage(policy: Contents, key: str, number: int) -> Stage:
    """The stage of that key, which is the `number`th in the policy's order.

    >>> from policies import shelf
    >>> stage(shelf.read_builtin("dover-district-council"), "written", 2).state
    'written warning'
    """
    path = f"stage.{key}"
    after = policy.value(f"{path}.after")
    do = policy.value(f"{path}.do")
    return Stage(
        key,
        policy.text(f"{path}.name") or key.replace("_", " ").capitalize(),
        policy.text(f"{path}.state"),
        policy.who(f"{path}.by"),
        None if after.none else policy.threshold(after.path),
        policy.period(f"{path}.lapses"),
        policy.rule(path),
        policy.value(f"{path}.optional").raw is True,
        policy.who(f"{path}.consult") if policy.value(f"{path}.consult").said else None,
        tuple(item.word for item in policy.value(f"{path}.not_by").kept),
        tuple(do.kept),
        do.lost,
        number if policy.value("stages.order").kept else None,
    )


def kind(policy: Contents, key: str) -> RestrictionKind:
    """The kind of restriction of that key.

    >>> from policies import shelf
    >>> kind(shelf.read_builtin("homes-for-life"), "channel").does
    'only channels'
    """
    path = f"restriction.kinds.{key}"
    does = policy.value(f"{path}.does")
    return RestrictionKind(
        key,
        does.items[0].word if does.kept else "",
        does.words or key.replace("_", " "),
        tuple(item.word for item in policy.value(f"{path}.channels").kept),
        policy.who(f"{path}.by") if policy.value(f"{path}.by").said else None,
        tuple(policy.value(f"{path}.if").kept),
        does.rule or policy.rule(path),
        does.settled,
    )


def register(policy: Contents, key: str) -> RegisterRule:
    """The register of that key.

    >>> from policies import shelf
    >>> register(shelf.read_builtin("dover-district-council"), "staff_risk").name
    'Staff Risk & Unacceptable Behaviour Register'
    """
    path = f"register.{key}"
    keep = {name: policy.value(f"{path}.keep.{name}.maximum") for name in policy.names(f"{path}.keep")}
    as_said = ("enter", "access", "tell", "withhold_if", "review", "remove", "owner", "flag")
    said = {name: policy.value(f"{path}.{name}") for name in schema.records.REGISTER.named.keys}  # type: ignore[union-attr]
    return RegisterRule(
        key=key,
        name=policy.text(f"{path}.name"),
        risks=tuple(str(item) for item in said["risks"].kept),
        risk_keys={str(item): item.word for item in said["risks"].kept},
        on=tuple(item.word for item in said["on"].kept),
        on_may=bool(said["on"].rule and said["on"].rule.strength == "may"),
        keep=keep,
        by=policy.who(f"{path}.by"),
        rule=policy.rule(path),
        **{name: said[name] for name in as_said},
    )


def letter(policy: Contents, key: str) -> LetterRule:
    """The letter of that key.

    >>> from policies import shelf
    >>> letter(shelf.read_builtin("dover-district-council"), "restriction").on
    ('restriction',)
    """
    path = f"letter.{key}"
    says = policy.value(f"{path}.says")
    return LetterRule(
        key,
        policy.text(f"{path}.name") or key.replace("_", " ").capitalize(),
        tuple(item.word for item in policy.value(f"{path}.on").kept),
        tuple(policy.value(f"{path}.sent").kept),
        tuple(says.kept),
        tuple(policy.value(f"{path}.encloses").kept),
        policy.who(f"{path}.signed"),
        says.lost,
        policy.rule(path),
    )


def path(policy: Contents, key: str) -> Path:
    """The path out of the stages of that key.

    >>> from policies import shelf
    >>> path(shelf.read_builtin("dover-district-council"), "danger").skips
    ('initial', 'written')
    """
    path = f"path.{key}"
    said = {name: policy.value(f"{path}.{name}") for name in schema.stages.PATH.named.keys}  # type: ignore[union-attr]
    rules = dict.fromkeys(item.rule for value in said.values() for item in value.items if item.rule)
    return Path(
        key,
        policy.text(f"{path}.name") or key.replace("_", " ").capitalize(),
        tuple(item.word for item in said["when"].kept),
        tuple(said["if"].kept),
        tuple(item.word for item in said["skips"].kept),
        said["skips"].rule,
        policy.who(f"{path}.by"),
        said["police"],
        tuple(said["police_unless"].kept),
        said["at_once"].raw is True,
        said["interim"].raw is True,
        tuple(item.word for item in said["register"].kept),
        tuple(said["do"].kept),
        said["do"].lost,
        tuple(rules),
        tuple(item.word for item in said["at"].kept),
    )


def appeal(policy: Contents, path: str) -> Appeals:
    """How appeals go by a special rule or the general one ("appeal"), which fills what the special one leaves out.

    >>> from policies import shelf
    >>> appeal(shelf.read_builtin("dover-district-council"), "appeal").window_path
    'appeal.window'
    """

    def of(key: str) -> Value:
        special = policy.values.get(f"{path}.{key}")
        return special if special else policy.value(f"appeal.{key}")

    def whom(key: str) -> Value:
        """Beside who decides: by the special rule, else where single acts stand (`[decide]`), else the general one."""
        special = () if path == "appeal" else (f"{path}.{key}",)
        said = (policy.values.get(each) for each in (*special, f"decide.appeal.{key}"))
        return next(filter(None, said), None) or policy.value(f"appeal.{key}")

    keys = ("window", "response", "how", "late", "met_by", "final", "meanwhile", "next", "grounds", "powers")
    said = {key: of(key) for key in keys}
    named = policy.value(f"{path}.next") if path == "appeal" else policy.value("appeal.next")
    word = named.raw if named.said else policy.value("policy.ombudsman").raw
    named_for_it = policy.values.get("decide.appeal.by") if path == "appeal" else None
    by, asked = named_for_it.raw if named_for_it else None, whom("consult").raw
    return Appeals(
        covers=tuple(item.word for item in of("covers").kept),
        by=by if isinstance(by, Who) else policy.who(f"{path}.by"),
        not_by=whom("not_by"),
        consult=asked if isinstance(asked, Who) else None,
        window_path=said["window"].path,
        response_path=said["response"].path,
        ombudsman=law.ombudsman_called(word) if word else law.ombudsman(policy.nation, "landlord"),
        **said,
    )
