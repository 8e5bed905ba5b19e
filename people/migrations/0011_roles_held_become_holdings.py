"""Whoever held a role as a member of its group holds it in the new table, since the trail says they were given it."""

from django.db import migrations


def hold(apps, schema_editor):
    """A holding for each membership, without days; the group and its copied rights are no longer needed."""
    role_model, holding = apps.get_model("people", "Role"), apps.get_model("people", "Holding")
    user, event = apps.get_model("people", "User"), apps.get_model("audit", "Event")
    given = {
        (ref, (facts or {}).get("role")): at
        for ref, facts, at in event.objects.filter(verb="user.role_granted", subject_kind="user")
        .order_by("at", "pk")
        .values_list("subject_ref", "facts", "at")
    }
    groups = []
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    for role in role_model.objects.filter(group__isnull=False).order_by("pk"):
        groups.append(role.group_id)
        people = user.objects.filter(groups=role.group_id).order_by("pk").values_list("pk", "reference")
        holding.objects.bulk_create(
            holding(user_id=pk, role=role, granted_at=given.get((ref, role.key), now)) for pk, ref in people
        )
    role_model.objects.update(group=None)
    apps.get_model("guardian", "GroupObjectPermission").objects.filter(group__in=groups).delete()
    apps.get_model("auth", "Group").objects.filter(pk__in=groups).delete()


def gather(apps, schema_editor):
    """A group for each role again, with those who hold it as its members; `define_roles` writes its rights anew."""
    group = apps.get_model("auth", "Group")
    for role in apps.get_model("people", "Role").objects.select_related("provider").order_by("pk"):
        role.group = group.objects.create(name=f"{role.provider.slug}:{role.key}")
        role.save()
        held = apps.get_model("people", "Holding").objects.filter(role=role, ended_at=None, granted_at__isnull=False)
        for one in held.select_related("user"):
            one.user.groups.add(role.group)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0010_who_holds_a_role_between_which_days"),
        ("audit", "0001_initial"),
        ("guardian", "0001_initial"),
    ]

    operations = [migrations.RunPython(hold, gather)]
