/* desk.c: one open project and all that the widgets of its window share */
#include "config.h"
#include "desk.h"

#include <glib/gi18n-lib.h>
#include "backups.h"
#include "desk-state.h"
#include "locks.h"
#include "missing-media.h"
#include "settings.h"

#define COALESCE_MS 30              /* changes of frames that come together are read together */
#define RELOAD_ALL_ABOVE 200        /* more changed frames than this: one query reads all */
#define CLOSE_POLL_MS 15
#define FIRST_BACKUP_S 60           /* the window has better to do as it opens */

struct _LwDesk
{
  GObject parent_instance;
  LwProject *project;
  LwDocument *document;
  LwToolbox *toolbox;
  LwLook *look;
  LwCoverage *coverage;
  LwEngine *engine;
  LwFrameList *frames;
  GCancellable *cancellable;
  LwLocks *locks;                   /* NULL until the project was read */
  LwBackups *backups;               /* likewise */

  guint position, n_missing;
  gboolean ready;
  char *write_error, *write_details;      /* for the bar, and all that is known; NULL: strokes are written */
  GHashTable *state;                /* key → value */
  GHashTable *changed;              /* set of gint64: frames to read again */
  guint coalesce;
};

enum { PROP_0, PROP_POSITION, PROP_N_MISSING, PROP_WRITE_ERROR, PROP_READY, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { FAILED, MODELS_CHANGED, JOBS_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwDesk, lw_desk, G_TYPE_OBJECT)

LwProject *
lw_desk_get_project (LwDesk *self)
{
  return self->project;
}

LwDocument *
lw_desk_get_document (LwDesk *self)
{
  return self->document;
}

LwToolbox *
lw_desk_get_toolbox (LwDesk *self)
{
  return self->toolbox;
}

LwLook *
lw_desk_get_look (LwDesk *self)
{
  return self->look;
}

LwCoverage *
lw_desk_get_coverage (LwDesk *self)
{
  return self->coverage;
}

LwEngine *
lw_desk_get_engine (LwDesk *self)
{
  return self->engine;
}

LwFrameList *
lw_desk_get_frames (LwDesk *self)
{
  return self->frames;
}

gboolean
lw_desk_is_read_only (LwDesk *self)
{
  return lw_project_is_read_only (self->project);
}

void
lw_desk_fail (LwDesk *self, const char *title, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, title, error);
}

/* ---- which frame ---- */

guint
lw_desk_get_position (LwDesk *self)
{
  return self->position;
}

const LwFrame *
lw_desk_get_frame (LwDesk *self)
{
  LwFrameObject *object = lw_frame_list_get (self->frames, self->position);
  return object != NULL ? lw_frame_object_get_frame (object) : NULL;
}

void
lw_desk_go_to (LwDesk *self, guint position)
{
  LwFrameObject *object = lw_frame_list_get (self->frames, position);
  if (object == NULL || position == self->position)
    return;
  self->position = position;
  lw_document_open (self->document, lw_frame_object_get_frame (object));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POSITION]);
}

/* ---- state kept with the project ---- */

const char *
lw_desk_get_state (LwDesk *self, const char *key)
{
  return g_hash_table_lookup (self->state, key);
}

void
lw_desk_set_state (LwDesk *self, const char *key, const char *value)
{
  g_hash_table_insert (self->state, g_strdup (key), g_strdup (value));
}

/* ---- reading frames and media ---- */

typedef struct
{
  GPtrArray *frames;
  GHashTable *state;
  gboolean locked[256];
  guint n_missing;
} Loaded;

static void
loaded_free (Loaded *loaded)
{
  g_clear_pointer (&loaded->frames, g_ptr_array_unref);
  g_clear_pointer (&loaded->state, g_hash_table_unref);
  g_free (loaded);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LwProject *project = LW_PROJECT (source);
  Loaded *loaded = g_new0 (Loaded, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) media = lw_project_list_media (project, &error);
  if (media != NULL)
    loaded->frames = lw_project_list_frames (project, &error);
  if (loaded->frames == NULL)
    {
      loaded_free (loaded);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  loaded->n_missing = lw_missing_media_count (media);
  loaded->state = lw_desk_state_read (project);
  lw_project_get_locked (project, loaded->locked);
  g_task_return_pointer (task, loaded, (GDestroyNotify) loaded_free);
}

/* The frame that was shown stays shown, wherever it is now in the list. */
static void
take_frames (LwDesk *self, GPtrArray *frames)
{
  const LwFrame *frame = lw_desk_get_frame (self);
  const char *last = lw_desk_get_state (self, "frame");
  gint64 id = frame != NULL ? frame->id : last != NULL ? g_ascii_strtoll (last, NULL, 10) : 0;
  lw_frame_list_set_frames (self->frames, frames);
  guint position = lw_frame_list_find_id (self->frames, id);
  if (frame != NULL && position != LW_FRAME_LIST_NONE)
    {
      self->position = position;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POSITION]);
      return;
    }
  self->position = LW_FRAME_LIST_NONE;
  lw_desk_go_to (self, position != LW_FRAME_LIST_NONE ? position : 0);
}

static void
on_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwDesk) self = data;
  g_autoptr (GError) error = NULL;
  Loaded *loaded = g_task_propagate_pointer (G_TASK (result), &error);
  if (loaded == NULL)
    {
      lw_desk_fail (self, _("Could not read the project"), error);
      return;
    }
  if (!self->ready)
    {
      g_hash_table_unref (self->state);
      self->state = g_steal_pointer (&loaded->state);
      self->locks = lw_locks_new (self, loaded->locked);
      self->ready = TRUE;
      self->backups = lw_backups_new (self, FIRST_BACKUP_S);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READY]);
    }
  take_frames (self, loaded->frames);
  if (self->n_missing != loaded->n_missing)
    {
      gboolean back = loaded->n_missing < self->n_missing;
      self->n_missing = loaded->n_missing;
      if (back)
        lw_document_reload (self->document);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_MISSING]);
    }
  loaded_free (loaded);
}

void
lw_desk_reload (LwDesk *self)
{
  lw_project_run_async (self->project, load_in_thread, NULL, NULL, self->cancellable, on_loaded_cb, g_object_ref (self));
}

/* ---- frames that changed ---- */

static void
read_frames_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_frame_free);
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init (&iter, data);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      LwFrame *frame = lw_project_get_frame (LW_PROJECT (source), *(gint64 *) id, NULL);      /* NULL: removed since */
      if (frame != NULL)
        g_ptr_array_add (frames, frame);
    }
  g_task_return_pointer (task, frames, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_frames_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwDesk) self = data;
  g_autoptr (GPtrArray) frames = g_task_propagate_pointer (G_TASK (result), NULL);
  if (frames == NULL)
    return;
  g_ptr_array_set_free_func (frames, NULL);
  for (guint i = 0; i < frames->len; i++)
    lw_frame_list_update (self->frames, frames->pdata[i]);
}

static gboolean
read_changed_cb (gpointer data)
{
  LwDesk *self = data;
  GHashTable *changed = g_steal_pointer (&self->changed);
  self->coalesce = 0;
  self->changed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (g_hash_table_size (changed) > RELOAD_ALL_ABOVE)
    {
      g_hash_table_unref (changed);
      lw_desk_reload (self);
    }
  else
    lw_project_run_async (self->project, read_frames_in_thread, changed, (GDestroyNotify) g_hash_table_unref, self->cancellable,
                          on_frames_read_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
on_frame_changed_cb (LwDesk *self, gint64 id)
{
  g_hash_table_add (self->changed, g_memdup2 (&id, sizeof id));
  if (self->coalesce == 0)
    self->coalesce = g_timeout_add (COALESCE_MS, read_changed_cb, self);
}

/* ---- what the project and the document say ---- */

static void
set_write_error (LwDesk *self, char *message, const char *details)
{
  g_free (self->write_error);
  g_free (self->write_details);
  self->write_error = message;
  self->write_details = g_strdup (details);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WRITE_ERROR]);
}

/* Without what the store puts in brackets behind its words: the file, and what SQLite says. */
static char *
describe_write_error (const GError *error)
{
  const char *brackets = g_str_has_suffix (error->message, ")") ? g_strrstr (error->message, " (") : NULL;
  if (g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_FULL))
    return g_strdup (_("The disk is full. Make room on it, and all is saved by itself"));
  if (g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_BUSY))
    return g_strdup (_("Another program holds the project. All is saved when it lets go"));
  return brackets != NULL ? g_strndup (error->message, (gsize) (brackets - error->message)) : g_strdup (error->message);
}

static void
on_write_failed_cb (LwDesk *self, const GError *error)
{
  set_write_error (self, describe_write_error (error), error->message);
}

static void
on_write_recovered_cb (LwDesk *self)
{
  set_write_error (self, NULL, NULL);
}

/* A medium that moved is told of once, above all pages, where it can be looked for. */
static void
on_document_failed_cb (LwDesk *self, const GError *error)
{
  if (g_error_matches (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND))
    {
      if (self->n_missing == 0)
        lw_desk_reload (self);
      return;
    }
  gboolean shared = g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT);      /* nothing is lost */
  lw_desk_fail (self, shared ? _("Painted elsewhere, too: both are kept, yours on top") : _("Something went wrong with this frame"), error);
}

static void
forward_models_changed_cb (LwDesk *self)
{
  g_signal_emit (self, signals[MODELS_CHANGED], 0);
}

static void
forward_jobs_changed_cb (LwDesk *self)
{
  g_signal_emit (self, signals[JOBS_CHANGED], 0);
}

static void
connect_project (LwDesk *self)
{
  const struct { const char *signal; GCallback callback; } handlers[] = {
    { "frames-changed", G_CALLBACK (lw_desk_reload) },
    { "frame-changed", G_CALLBACK (on_frame_changed_cb) },
    { "models-changed", G_CALLBACK (forward_models_changed_cb) },
    { "jobs-changed", G_CALLBACK (forward_jobs_changed_cb) },
    { "write-failed", G_CALLBACK (on_write_failed_cb) },
    { "write-recovered", G_CALLBACK (on_write_recovered_cb) },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->project, handlers[i].signal, handlers[i].callback, self, G_CONNECT_SWAPPED);
}

static void
bind_toolbox (LwDesk *self)
{
  const char *keys[] = { "tool", "last-tool", "brush-size", "brush-shape", "superpixel-size", "fill-tolerance", "opacity", "paint-over", "overwrite-hand",
                         "protect-hand", "pen-pressure", "pen-least", "pen-softness" };
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_bind (lw_settings_get (), keys[i], self->toolbox, keys[i], G_SETTINGS_BIND_DEFAULT);
}

static void
bind_look (LwDesk *self)
{
  const char *keys[] = { "label-style", "unsure", "brightness", "contrast", "equalise", "channel", "split", "against", "divider", "overview", "rulers" };
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_bind (lw_settings_get (), keys[i], self->look, keys[i], G_SETTINGS_BIND_DEFAULT);
}

/* ---- closing ---- */

static void
close_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LwProject *project = LW_PROJECT (source);
  g_autoptr (GError) error = NULL;
  lw_desk_state_write (data, project);
  if (lw_project_close (project, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_project_closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
close_when_written_cb (gpointer data)
{
  GTask *task = data;
  LwDesk *self = g_task_get_source_object (task);
  guint waiting = MAX (lw_project_get_n_queued (self->project), lw_document_get_n_unsaved (self->document));
  if (waiting > 0 && self->write_error == NULL)
    return G_SOURCE_CONTINUE;
  if (waiting > 0)
    g_task_return_new_error (task, LW_STORE_ERROR, LW_STORE_ERROR_FULL,
                             g_dngettext (GETTEXT_PACKAGE, "%u stroke is not on the disk yet: %s", "%u strokes are not on the disk yet: %s", waiting),
                             waiting, self->write_error);
  else
    {
      if (self->backups != NULL)
        lw_backups_cancel (self->backups);
      lw_project_run_async (self->project, close_in_thread, lw_desk_state_copy (self->state), (GDestroyNotify) g_hash_table_unref, NULL,
                            on_project_closed_cb, g_object_ref (task));
    }
  return G_SOURCE_REMOVE;
}

const char *
lw_desk_get_write_details (LwDesk *self)
{
  return self->write_details;
}

void
lw_desk_close_async (LwDesk *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  const LwFrame *frame = lw_desk_get_frame (self);
  if (frame != NULL)
    {
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, frame->id);
      lw_desk_set_state (self, "frame", id);
    }
  g_timeout_add_full (G_PRIORITY_DEFAULT, CLOSE_POLL_MS, close_when_written_cb, task, g_object_unref);
}

gboolean
lw_desk_close_finish (LwDesk *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- the object ---- */

static void
lw_desk_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwDesk *self = LW_DESK (object);
  switch (id)
    {
    case PROP_POSITION: g_value_set_uint (value, self->position); break;
    case PROP_N_MISSING: g_value_set_uint (value, self->n_missing); break;
    case PROP_WRITE_ERROR: g_value_set_string (value, self->write_error); break;
    case PROP_READY: g_value_set_boolean (value, self->ready); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lw_desk_dispose (GObject *object)
{
  LwDesk *self = LW_DESK (object);
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->backups, lw_backups_free);
  g_clear_pointer (&self->locks, lw_locks_free);
  g_clear_handle_id (&self->coalesce, g_source_remove);
  g_clear_object (&self->coverage);
  g_clear_object (&self->document);
  g_clear_object (&self->toolbox);
  g_clear_object (&self->look);
  g_clear_object (&self->engine);
  g_clear_object (&self->frames);
  g_clear_object (&self->project);
  G_OBJECT_CLASS (lw_desk_parent_class)->dispose (object);
}

static void
lw_desk_finalize (GObject *object)
{
  LwDesk *self = LW_DESK (object);
  g_object_unref (self->cancellable);
  g_hash_table_unref (self->state);
  g_hash_table_unref (self->changed);
  g_free (self->write_error);
  g_free (self->write_details);
  G_OBJECT_CLASS (lw_desk_parent_class)->finalize (object);
}

static void
lw_desk_class_init (LwDeskClass *klass)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_desk_get_property;
  object_class->dispose = lw_desk_dispose;
  object_class->finalize = lw_desk_finalize;
  props[PROP_POSITION] = g_param_spec_uint ("position", NULL, NULL, 0, G_MAXUINT, LW_FRAME_LIST_NONE, flags);
  props[PROP_N_MISSING] = g_param_spec_uint ("n-missing", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_WRITE_ERROR] = g_param_spec_string ("write-error", NULL, NULL, NULL, flags);
  props[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[FAILED] = g_signal_new ("failed", LW_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  signals[MODELS_CHANGED] = g_signal_new ("models-changed", LW_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[JOBS_CHANGED] = g_signal_new ("jobs-changed", LW_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_desk_init (LwDesk *self)
{
  g_autofree char *device = g_settings_get_string (lw_settings_get (), "device");
  self->position = LW_FRAME_LIST_NONE;
  self->cancellable = g_cancellable_new ();
  self->state = lw_desk_state_new ();
  self->changed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->frames = lw_frame_list_new ();
  self->toolbox = lw_toolbox_new ();
  self->look = lw_look_new ();
  self->engine = lw_engine_new (device);
}

LwDesk *
lw_desk_new (LwProject *project)
{
  LwDesk *self = g_object_new (LW_TYPE_DESK, NULL);
  self->project = g_object_ref (project);
  self->document = lw_document_new (project);
  self->coverage = lw_coverage_new (self->document);
  connect_project (self);
  bind_toolbox (self);
  bind_look (self);
  g_signal_connect_object (self->document, "failed", G_CALLBACK (on_document_failed_cb), self, G_CONNECT_SWAPPED);
  lw_missing_media_watch (self);
  lw_desk_reload (self);
  return self;
}
