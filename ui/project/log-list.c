/* log-list.c: the audit rows by filter, as rows of a table */
#include "config.h"
#include "log-list.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/audit-export.h"

#define MOST 5000      /* rows on show; an export has all */

struct _LwLogItem
{
  GObject parent_instance;
  LwAuditEntry *entry;
};

G_DEFINE_FINAL_TYPE (LwLogItem, lw_log_item, G_TYPE_OBJECT)

static void
lw_log_item_finalize (GObject *object)
{
  lw_audit_entry_free (LW_LOG_ITEM (object)->entry);
  G_OBJECT_CLASS (lw_log_item_parent_class)->finalize (object);
}

static void
lw_log_item_class_init (LwLogItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_log_item_finalize;
}

static void
lw_log_item_init (LwLogItem *self)
{
}

const LwAuditEntry *
lw_log_item_get_entry (LwLogItem *self)
{
  return self->entry;
}

const char *
lw_audit_action_get_label (const char *action)
{
  static const struct { const char *action, *label; } labels[] = {
    { "create", N_("Make the project") }, { "add-media", N_("Add a medium") }, { "relink", N_("Find a medium again") }, { "classes", N_("Change classes") },
    { "import", N_("Import labels") }, { "submit", N_("Submit") }, { "accept", N_("Accept") }, { "return", N_("Return") }, { "undo", N_("Undo") }, { "redo", N_("Redo") },
    { "restore", N_("Restore labels") }, { "snapshot", N_("Take a snapshot") }, { "merge", N_("Merge") }, { "package", N_("Make a package") },
    { "add-model", N_("Add a model") }, { "promote", N_("Let a model propose") }, { "rollback", N_("Back to a model") }, { "create-dataset", N_("Make a dataset") },
    { "create-job", N_("Begin a job") }, { "finish-job", N_("End a job") }, { "evaluate", N_("Score a model") }, { "backup", N_("Back up") },
    { "restore-backup", N_("Restore a backup") }, { "repair", N_("Repair") }, { "assign", N_("Assign") }, { "contract", N_("Change what acceptance asks for") }, { "prune", N_("Make room") },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (g_strcmp0 (action, labels[i].action) == 0)
      return _(labels[i].label);
  return action != NULL ? action : "";
}

void
lw_log_query_free (LwLogQuery *query)
{
  g_free ((char *) query->filter.actor);
  g_free ((char *) query->filter.action);
  g_free (query->text);
  g_free (query->path);
  g_free (query);
}

void
lw_log_found_free (LwLogFound *found)
{
  g_clear_object (&found->items);
  g_strfreev (found->actors);
  g_strfreev (found->actions);
  g_free (found);
}

static gboolean
has_text (const char *where, const char *folded)
{
  g_autofree char *text = where != NULL ? g_utf8_casefold (where, -1) : NULL;
  return text != NULL && strstr (text, folded) != NULL;
}

/* Oldest first. */
static GPtrArray *
find (LwProject *project, const LwLogQuery *query, GError **error)
{
  g_autofree char *folded = query->text != NULL && *query->text != '\0' ? g_utf8_casefold (query->text, -1) : NULL;
  GPtrArray *entries = lw_project_find_audit (project, &query->filter, error);
  for (guint i = 0; entries != NULL && folded != NULL && i < entries->len;)
    {
      const LwAuditEntry *entry = entries->pdata[i];
      if (has_text (entry->object, folded) || has_text (entry->details, folded))
        i++;
      else
        g_ptr_array_remove_index (entries, i);
    }
  return entries;
}

gpointer
lw_log_list_find (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) entries = find (project, wanted, error);
  g_auto (GStrv) actors = entries != NULL ? lw_project_list_facet (project, LW_FACET_ACTOR, error) : NULL;
  g_auto (GStrv) actions = actors != NULL ? lw_project_list_facet (project, LW_FACET_ACTION, error) : NULL;
  if (actions == NULL)
    return NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = entries->len; i > 0 && items->len < MOST; i--)
    {
      LwLogItem *item = g_object_new (LW_TYPE_LOG_ITEM, NULL);
      item->entry = g_steal_pointer (&entries->pdata[i - 1]);
      g_ptr_array_add (items, item);
    }
  LwLogFound *found = g_new (LwLogFound, 1);
  *found = (LwLogFound) { g_list_store_new (LW_TYPE_LOG_ITEM), g_steal_pointer (&actors), g_steal_pointer (&actions), entries->len > MOST };
  g_list_store_splice (found->items, 0, 0, items->pdata, items->len);
  return found;
}

gpointer
lw_log_list_export (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const LwLogQuery *query = wanted;
  g_autoptr (GPtrArray) entries = find (project, query, error);
  if (entries != NULL)
    lw_audit_export (entries, query->path, error);
  return NULL;
}
