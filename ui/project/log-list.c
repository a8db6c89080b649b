/* log-list.c: the audit rows by filter, as rows of a table */
#include "config.h"
#include "log-list.h"

#include <string.h>
#include "project/log-words.h"
#include "store/audit-export.h"

#define MOST 5000      /* rows on show; an export has all */

struct _LwLogItem
{
  GObject parent_instance;
  LwAuditEntry *entry;
  char *details;               /* in words */
};

G_DEFINE_FINAL_TYPE (LwLogItem, lw_log_item, G_TYPE_OBJECT)

static void
lw_log_item_finalize (GObject *object)
{
  lw_audit_entry_free (LW_LOG_ITEM (object)->entry);
  g_free (LW_LOG_ITEM (object)->details);
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
lw_log_item_get_details (LwLogItem *self)
{
  return self->details;
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

static gboolean
matches (const LwAuditEntry *entry, GHashTable *datasets, const char *folded)
{
  if (folded == NULL || has_text (entry->object, folded) || has_text (entry->details, folded))
    return TRUE;
  g_autofree char *details = lw_audit_describe_details (entry, datasets);
  return has_text (details, folded);
}

/* gint64 id → name */
static GHashTable *
name_datasets (LwProject *project, GError **error)
{
  g_autoptr (GPtrArray) datasets = lw_project_list_datasets (project, error);
  GHashTable *names = datasets != NULL ? g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free) : NULL;
  for (guint i = 0; datasets != NULL && i < datasets->len; i++)
    {
      const LwDataset *dataset = datasets->pdata[i];
      g_hash_table_insert (names, g_memdup2 (&dataset->id, sizeof dataset->id), g_strdup (dataset->name));
    }
  return names;
}

/* Oldest first. @most: 0: all */
static GPtrArray *
find (LwProject *project, const LwLogQuery *query, GHashTable *datasets, guint most, GError **error)
{
  g_autofree char *folded = query->text != NULL && *query->text != '\0' ? g_utf8_casefold (query->text, -1) : NULL;
  LwAuditFilter filter = query->filter;
  filter.newest = folded == NULL ? most : 0;
  g_autoptr (GPtrArray) all = lw_project_find_audit (project, &filter, error);
  if (all == NULL)
    return NULL;
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_audit_entry_free);
  for (guint i = 0; i < all->len; i++)
    if (matches (all->pdata[i], datasets, folded))
      g_ptr_array_add (entries, g_steal_pointer (&all->pdata[i]));
  return entries;
}

static LwLogItem *
item_new (LwAuditEntry *entry /* taken */, GHashTable *datasets)
{
  LwLogItem *item = g_object_new (LW_TYPE_LOG_ITEM, NULL);
  item->entry = entry;
  item->details = lw_audit_describe_details (entry, datasets);
  return item;
}

gpointer
lw_log_list_find (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) datasets = name_datasets (project, error);
  g_autoptr (GPtrArray) entries = datasets != NULL ? find (project, wanted, datasets, MOST + 1, error) : NULL;
  g_auto (GStrv) actors = entries != NULL ? lw_project_list_facet (project, LW_FACET_ACTOR, error) : NULL;
  g_auto (GStrv) actions = actors != NULL ? lw_project_list_facet (project, LW_FACET_ACTION, error) : NULL;
  if (actions == NULL)
    return NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = entries->len; i > 0 && items->len < MOST; i--)
    g_ptr_array_add (items, item_new (g_steal_pointer (&entries->pdata[i - 1]), datasets));
  LwLogFound *found = g_new (LwLogFound, 1);
  *found = (LwLogFound) { g_list_store_new (LW_TYPE_LOG_ITEM), g_steal_pointer (&actors), g_steal_pointer (&actions), entries->len > MOST };
  g_list_store_splice (found->items, 0, 0, items->pdata, items->len);
  return found;
}

gpointer
lw_log_list_export (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const LwLogQuery *query = wanted;
  g_autoptr (GHashTable) datasets = name_datasets (project, error);
  g_autoptr (GPtrArray) entries = datasets != NULL ? find (project, query, datasets, 0, error) : NULL;
  if (entries != NULL)
    lw_audit_export (entries, query->path, error);
  return NULL;
}
