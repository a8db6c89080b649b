/* log-words.c: what stands in the log, in words for people */
#include "config.h"
#include "log-words.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include "common/json.h"
#include "desk/frame-object.h"

#define SHORT_HASH 12
#define SHORT_UUID 8

const char *
lw_audit_action_get_label (const char *action)
{
  static const struct { const char *action, *label; } labels[] = {
    { "create", N_("Make the project") }, { "add-media", N_("Add a medium") }, { "remove-media", N_("Remove a medium") }, { "restore-media", N_("Bring a medium back") },
    { "relink", N_("Find a medium again") }, { "classes", N_("Change classes") }, { "replace-class", N_("Remove or merge a class") },
    { "import", N_("Import labels") }, { "submit", N_("Submit") }, { "accept", N_("Accept") }, { "return", N_("Return") }, { "undo", N_("Undo") }, { "redo", N_("Redo") },
    { "restore", N_("Restore labels") }, { "snapshot", N_("Take a snapshot") }, { "merge", N_("Merge") }, { "package", N_("Make a package") },
    { "add-model", N_("Add a model") }, { "promote", N_("Let a model propose") }, { "rollback", N_("Back to a model") }, { "create-dataset", N_("Make a dataset") },
    { "create-job", N_("Begin a job") }, { "finish-job", N_("End a job") }, { "evaluate", N_("Score a model") }, { "backup", N_("Back up") },
    { "restore-backup", N_("Restore a backup") }, { "save-copy", N_("Save a copy") }, { "repair", N_("Repair") }, { "assign", N_("Assign") },
    { "contract", N_("Set what must hold") }, { "prune", N_("Make room") },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (g_strcmp0 (action, labels[i].action) == 0)
      return _(labels[i].label);
  return action != NULL ? action : "";
}

/* ---- details, by action: NULL where they are not as they should be ---- */

/* "revision 12: message", "operation UUID, revision 12: message" */
static char *
describe_message (const char *details)
{
  const char *colon = strstr (details, ": ");
  return g_strdup (colon != NULL ? colon + 2 : "");
}

/* "40 frames", with more behind it */
static char *
describe_frames (const char *details)
{
  guint n;
  int end = 0;
  if (sscanf (details, "%u frames%n", &n, &end) != 1 || end == 0)
    return NULL;
  g_autofree char *count = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame", "%u frames", n), n);
  const char *more = details + end;
  if (g_str_has_prefix (more, " for "))
    return g_strdup_printf (_("%s for %s"), count, more + strlen (" for "));
  return g_str_has_prefix (more, ": ") ? g_strconcat (count, more, NULL) : g_steal_pointer (&count);
}

static char *
describe_hash (const char *details)
{
  return g_str_has_prefix (details, "sha256 ") ? g_strdup_printf (_("SHA-256 %.*s…"), SHORT_HASH, details + strlen ("sha256 ")) : NULL;
}

static char *
describe_splits (const char *details)
{
  guint train, val;
  return sscanf (details, "%u train, %u val", &train, &val) == 2 ? g_strdup_printf (_("%u frames to train, %u to validate"), train, val) : NULL;
}

static char *
describe_end (const char *details)
{
  static const char *const states[] = { [LW_JOB_RUNNING] = N_("runs"), [LW_JOB_DONE] = N_("done"), [LW_JOB_FAILED] = N_("failed"), [LW_JOB_CANCELLED] = N_("cancelled") };
  guint status;
  return sscanf (details, "status %u", &status) == 1 && status < G_N_ELEMENTS (states) ? g_strdup (_(states[status])) : NULL;
}

static char *
describe_backup (const char *details)
{
  return g_str_equal (details, "asked for") ? g_strdup (_("by hand")) : g_str_equal (details, "automatic") ? g_strdup (_("automatic")) : NULL;
}

static char *
describe_strokes (const char *details)
{
  guint n;
  return sscanf (details, "%u unsaved strokes", &n) == 1 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "with %u unsaved stroke", "with %u unsaved strokes", n), n) : NULL;
}

static char *
describe_step (const char *details)
{
  return g_strdup (lw_audit_action_get_label (details));
}

static char *
describe_assignee (const char *details)
{
  return *details != '\0' ? g_strdup_printf (_("to %s"), details) : g_strdup (_("to nobody"));
}

static char *
describe_job (const char *details)
{
  return g_str_equal (details, "train") ? g_strdup (_("training")) : NULL;
}

static char *
describe_contract (const char *details)
{
  g_autoptr (LwJson) object = lw_json_parse (details, strlen (details), strlen (details), "contract", NULL);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const struct { const char *key, *text; } rules[] = {
    { "complete", _("every pixel labelled") }, { "locked", _("locked classes as they were") }, { "resolved", _("comments resolved") },
    { "other-reviewer", _("somebody else reviews") },
  };
  gint64 speck = 0;
  if (!json_object_is_type (object, json_type_object))
    return NULL;
  lw_json_get_int (object, "speck", 0, G_MAXINT, &speck, NULL);
  if (speck > 1)
    g_ptr_array_add (parts, g_strdup_printf (_("no region under %d pixels"), (int) speck));
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      gboolean holds = FALSE;
      if (lw_json_get_bool (object, rules[i].key, &holds, NULL) && holds)
        g_ptr_array_add (parts, g_strdup (rules[i].text));
    }
  if (parts->len == 0)
    return g_strdup (_("nothing"));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (", ", (char **) parts->pdata);
}

static char *
describe_merge (const char *details)
{
  LwFrameStatus status;
  if (g_str_has_prefix (details, "up to stroke "))
    return g_strdup ("");
  return lw_frame_status_from_nick (details, &status) ? g_strdup (lw_frame_status_get_label (status)) : NULL;
}

static char *
describe_dataset (const char *details, GHashTable *datasets)
{
  gint64 id;
  const char *name = datasets != NULL && sscanf (details, "dataset %" G_GINT64_FORMAT, &id) == 1 ? g_hash_table_lookup (datasets, &id) : NULL;
  return name != NULL ? g_strdup_printf (_("on %s"), name) : NULL;
}

char *
lw_audit_describe_details (const LwAuditEntry *entry, GHashTable *datasets)
{
  static const struct { const char *action; char *(*describe) (const char *details); } known[] = {
    { "submit", describe_message }, { "accept", describe_message }, { "return", describe_message }, { "restore", describe_message },
    { "add-media", describe_frames }, { "snapshot", describe_frames }, { "package", describe_frames }, { "add-model", describe_hash },
    { "create-dataset", describe_splits }, { "create-job", describe_job }, { "finish-job", describe_end }, { "backup", describe_backup }, { "save-copy", describe_strokes },
    { "undo", describe_step }, { "redo", describe_step }, { "assign", describe_assignee }, { "contract", describe_contract }, { "merge", describe_merge },
  };
  const char *details = entry->details != NULL ? entry->details : "";
  char *text = NULL;
  if (g_strcmp0 (entry->action, "evaluate") == 0)
    text = describe_dataset (details, datasets);
  for (gsize i = 0; i < G_N_ELEMENTS (known) && text == NULL; i++)
    if (g_strcmp0 (entry->action, known[i].action) == 0)
      text = known[i].describe (details);
  return text != NULL ? text : g_strdup (details);
}

char *
lw_audit_describe_object (const LwAuditEntry *entry)
{
  return g_strdup_printf ("%.*s", g_uuid_string_is_valid (entry->object != NULL ? entry->object : "") ? SHORT_UUID : -1, entry->object != NULL ? entry->object : "");
}
