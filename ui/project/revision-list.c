/* revision-list.c: the revisions of one frame or of all, by filter, as rows of a list */
#include "config.h"
#include "revision-list.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "project/format.h"

#define MOST 5000      /* rows; who looks for older ones narrows the filter */

struct _LwRevisionItem
{
  GObject parent_instance;
  LwRevision *revision;
  char *frame;
  int act;                     /* LwAction + 1; 0: none */
};

G_DEFINE_FINAL_TYPE (LwRevisionItem, lw_revision_item, G_TYPE_OBJECT)

static void
lw_revision_item_finalize (GObject *object)
{
  LwRevisionItem *self = LW_REVISION_ITEM (object);
  lw_revision_free (self->revision);
  g_free (self->frame);
  G_OBJECT_CLASS (lw_revision_item_parent_class)->finalize (object);
}

static void
lw_revision_item_class_init (LwRevisionItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_revision_item_finalize;
}

static void
lw_revision_item_init (LwRevisionItem *self)
{
}

const LwRevision *
lw_revision_item_get_revision (LwRevisionItem *self)
{
  return self->revision;
}

const char *
lw_revision_item_get_frame (LwRevisionItem *self)
{
  return self->frame;
}

/* ---- in words ---- */

const char *
lw_revision_kind_get_label (LwRevisionKind kind)
{
  switch (kind)
    {
    case LW_REVISION_MANUAL: return _("Kept");
    case LW_REVISION_IMPORT: return _("Imported");
    case LW_REVISION_PROPAGATED: return _("Propagated");
    case LW_REVISION_MERGE: return _("Merged");
    }
  return "?";
}

const char *
lw_revision_act_get_label (LwAction action)
{
  static const char *const acts[] = { [LW_ACTION_SUBMIT] = N_("Submitted"), [LW_ACTION_ACCEPT] = N_("Accepted"), [LW_ACTION_RETURN] = N_("Returned") };
  return _(acts[action]);
}

static const char *
get_what (LwRevisionItem *self)
{
  return self->act > 0 ? lw_revision_act_get_label ((LwAction) (self->act - 1)) : lw_revision_kind_get_label (self->revision->kind);
}

const char *
lw_revision_item_get_icon (LwRevisionItem *self)
{
  static const char *const acts[] = { "lw-status-submitted-symbolic", "lw-status-accepted-symbolic", "lw-status-returned-symbolic" };
  static const char *const kinds[] = { "lw-status-in-progress-symbolic", "document-save-symbolic", "media-seek-forward-symbolic", "edit-copy-symbolic" };
  guint kind = (guint) self->revision->kind;
  return self->act > 0 ? acts[self->act - 1] : kinds[kind < G_N_ELEMENTS (kinds) ? kind : 0];
}

char *
lw_revision_item_dup_title (LwRevisionItem *self)
{
  const char *message = self->revision->message;
  if (message == NULL || *message == '\0')
    return g_strdup (get_what (self));
  return self->act > 0 ? g_strdup_printf (_("%s: %s"), get_what (self), message) : g_strdup (message);
}

char *
lw_revision_item_dup_short (LwRevisionItem *self)
{
  g_autofree char *time = lw_format_time (self->revision->created);
  return g_strjoin (" · ", time, self->revision->author, get_what (self), NULL);
}

/* ---- read ---- */

void
lw_revision_query_free (LwRevisionQuery *query)
{
  g_free ((char *) query->filter.author);
  g_free (query->text);
  g_free (query);
}

void
lw_revisions_found_free (LwRevisionsFound *found)
{
  g_clear_object (&found->items);
  g_strfreev (found->authors);
  g_free (found);
}

/* gint64 id → name */
static GHashTable *
name_frames (LwProject *project, gint64 frame, GError **error)
{
  g_autoptr (GPtrArray) frames = NULL;
  GHashTable *names = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr (LwFrame) one = frame != 0 ? lw_project_get_frame (project, frame, NULL) : NULL;
  if (one != NULL)
    g_hash_table_insert (names, g_memdup2 (&one->id, sizeof one->id), g_strdup (one->name));
  else if (frame == 0 && (frames = lw_project_list_frames (project, error)) == NULL)
    g_clear_pointer (&names, g_hash_table_unref);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const LwFrame *each = frames->pdata[i];
      g_hash_table_insert (names, g_memdup2 (&each->id, sizeof each->id), g_strdup (each->name));
    }
  return names;
}

static gboolean
has_text (const char *where, const char *folded)
{
  g_autofree char *text = where != NULL ? g_utf8_casefold (where, -1) : NULL;
  return text != NULL && strstr (text, folded) != NULL;
}

static gboolean
matches (const LwRevision *revision, const char *frame, const char *folded)
{
  return folded == NULL || has_text (revision->message, folded) || has_text (frame, folded) || g_str_has_prefix (revision->uuid, folded);
}

static gboolean
is_by (const LwRevision *revision, GHashTable *acts, int act)
{
  int by = GPOINTER_TO_INT (g_hash_table_lookup (acts, &revision->id));
  return act == 0 || by == (act == LW_ACT_NONE ? 0 : act);
}

static gboolean
has_words (const LwRevisionQuery *query)
{
  return query->text != NULL && *query->text != '\0';
}

static LwRevisionItem *
item_new (LwRevision *revision /* taken */, const char *frame, GHashTable *acts)
{
  LwRevisionItem *item = g_object_new (LW_TYPE_REVISION_ITEM, NULL);
  item->revision = revision;
  item->frame = g_strdup (frame);
  item->act = GPOINTER_TO_INT (g_hash_table_lookup (acts, &revision->id));
  return item;
}

static void
add_items (LwRevisionsFound *found, GPtrArray *revisions, GHashTable *names, GHashTable *acts, const LwRevisionQuery *query)
{
  g_autofree char *folded = has_words (query) ? g_utf8_casefold (query->text, -1) : NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < revisions->len && !found->more; i++)
    {
      LwRevision *revision = revisions->pdata[i];
      const char *frame = g_hash_table_lookup (names, &revision->frame);
      if (!matches (revision, frame, folded) || !is_by (revision, acts, query->act))
        continue;
      found->more = items->len == MOST;
      if (found->more)
        break;
      revisions->pdata[i] = NULL;
      g_ptr_array_add (items, item_new (revision, frame != NULL ? frame : "?", acts));
    }
  g_list_store_splice (found->items, 0, 0, items->pdata, items->len);
}

gpointer
lw_revision_list_find (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const LwRevisionQuery *query = wanted;
  LwRevisionFilter filter = query->filter;
  filter.newest = has_words (query) || query->act != 0 ? 0 : MOST + 1;      /* what is not asked of the database is chosen from all */
  g_autoptr (GPtrArray) revisions = lw_project_find_revisions (project, &filter, error);
  g_autoptr (GHashTable) names = revisions != NULL ? name_frames (project, query->filter.frame, error) : NULL;
  g_autoptr (GHashTable) acts = names != NULL ? lw_project_find_acts (project, query->filter.frame, error) : NULL;
  g_auto (GStrv) authors = acts != NULL ? lw_project_list_facet (project, LW_FACET_AUTHOR, error) : NULL;
  if (authors == NULL)
    return NULL;
  LwRevisionsFound *found = g_new0 (LwRevisionsFound, 1);
  found->items = g_list_store_new (LW_TYPE_REVISION_ITEM);
  found->authors = g_steal_pointer (&authors);
  add_items (found, revisions, names, acts, query);
  return found;
}
