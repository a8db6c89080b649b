/* comments.c: what was said about a frame, in threads at a place; rows are only ever added, so that two copies of a project hold the union of theirs */
#include "config.h"
#include "store/review.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/author.h"
#include "store/journal/frames.h"
#include "store/project/changes.h"
#include "store/project/persons.h"
#include "store/project/rows.h"

typedef enum { SAYS, RESOLVES, REOPENS, WITHDRAWS } Kind;

static void
comment_free (gpointer data)
{
  LwComment *comment = data;
  g_free (comment->uuid);
  g_free (comment->author);
  g_free (comment->person);
  g_free (comment->text);
  g_free (comment);
}

void
lw_thread_free (LwThread *thread)
{
  if (thread == NULL)
    return;
  g_free (thread->resolver);
  g_ptr_array_unref (thread->comments);
  g_free (thread);
}

/* ---- read ---- */

static LwThread *
begin_thread (LwQuery *query)
{
  LwThread *thread = g_new0 (LwThread, 1);
  thread->id = sqlite3_column_int64 (query, 0);
  thread->frame = sqlite3_column_int64 (query, 1);
  thread->x = lw_query_int (query, 4, 0, LW_MAX_SIDE - 1);
  thread->y = lw_query_int (query, 5, 0, LW_MAX_SIDE - 1);
  thread->comments = g_ptr_array_new_with_free_func (comment_free);
  return thread;
}

static void
add_comment (LwThread *thread, LwQuery *query)
{
  LwComment *comment = g_new0 (LwComment, 1);
  comment->id = sqlite3_column_int64 (query, 0);
  comment->uuid = lw_query_dup_text (query, 6);
  comment->author = lw_query_dup_text (query, 7);
  comment->created = sqlite3_column_int64 (query, 8);
  comment->text = lw_query_dup_text (query, 9);
  comment->person = lw_query_dup_text (query, 10);
  g_ptr_array_add (thread->comments, comment);
}

/* A row that resolves, opens or withdraws says of which comment in its text: its uuid, for a thread its first one's. */
static void
take_row (LwThread *thread, LwQuery *query)
{
  Kind kind = (Kind) lw_query_int (query, 3, SAYS, WITHDRAWS);
  if (kind == SAYS)
    add_comment (thread, query);
  if (kind == WITHDRAWS)
    {
      const char *uuid = (const char *) sqlite3_column_text (query, 9);
      for (guint i = thread->comments->len; i > 0; i--)
        if (g_strcmp0 (((LwComment *) thread->comments->pdata[i - 1])->uuid, uuid) == 0)
          g_ptr_array_remove_index (thread->comments, i - 1);
      return;
    }
  thread->resolved = kind == RESOLVES;
  g_clear_pointer (&thread->resolver, g_free);
  if (thread->resolved)
    thread->resolver = lw_query_dup_text (query, 7);
}

/* In the order in which they were said, wherever that was; a first comment always comes before its thread's others. */
#define ROWS \
  "SELECT comment.id, comment.frame, ifnull (comment.thread, comment.id), comment.kind, comment.x, comment.y, comment.uuid, " LW_NAME_OF ("comment.author") ", comment.created, comment.text," \
  " comment.author" \
  " FROM " LW_FRAME_TABLES " JOIN comment ON comment.frame = frame.id"
#define ORDER " ORDER BY comment.thread IS NOT NULL, comment.created, comment.id"

static GPtrArray *
read_threads (LwQuery *query, GError **error)
{
  g_autoptr(GPtrArray) threads = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_thread_free);
  g_autoptr(GHashTable) by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 2);
      LwThread *thread = g_hash_table_lookup (by_id, &id);
      if (thread == NULL && id == sqlite3_column_int64 (query, 0))
        {
          thread = begin_thread (query);
          g_ptr_array_add (threads, thread);
          g_hash_table_insert (by_id, &thread->id, thread);
        }
      if (thread != NULL)
        take_row (thread, query);
    }
  if (got < 0)
    return NULL;
  for (guint i = threads->len; i > 0; i--)
    if (((LwThread *) threads->pdata[i - 1])->comments->len == 0)
      g_ptr_array_remove_index (threads, i - 1);
  return g_steal_pointer (&threads);
}

GPtrArray *
lw_project_list_threads (LwProject *self, gint64 frame, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = frame != 0 ? lw_db_query (db, error, ROWS " WHERE comment.frame = ?" ORDER, "I", frame) : lw_db_query (db, error, ROWS ORDER, "");
  return read_threads (query, error);
}

GHashTable *
lw_project_count_open_threads (LwProject *self, GError **error)
{
  g_autoptr(GPtrArray) threads = lw_project_list_threads (self, 0, error);
  if (threads == NULL)
    return NULL;
  GHashTable *counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  for (guint i = 0; i < threads->len; i++)
    {
      const LwThread *thread = threads->pdata[i];
      if (!thread->resolved)
        g_hash_table_replace (counts, g_memdup2 (&thread->frame, sizeof thread->frame),
                              GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, &thread->frame)) + 1));
    }
  return counts;
}

/* ---- write ---- */

typedef struct {
  Kind kind;
  gint64 frame, thread;        /* @thread 0: a new one */
  int x, y;
  const char *text;
  gint64 about;                /* the comment that is withdrawn */
  gint64 id;
} Saying;

static gboolean
insert (LwDb *db, Saying *saying, GError **error)
{
  g_autofree char *uuid = g_uuid_string_random ();
  if (!lw_db_run (db, error, "INSERT INTO comment (uuid, frame, thread, kind, x, y, author, created, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", "sIKiiisIs", uuid,
                  saying->frame, saying->thread, (int) saying->kind, saying->x, saying->y, lw_author_get_uuid (), g_get_real_time (), saying->text))
    return FALSE;
  saying->id = sqlite3_last_insert_rowid (db->handle);
  return lw_change_frame (db, saying->frame, error);
}

static gboolean
check_text (const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  if (*stripped != '\0' && g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) <= LW_COMMENT_MAX_CHARACTERS)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, *stripped == '\0' ? _("A comment needs some words") : _("A comment has at most %d characters of text"),
               LW_COMMENT_MAX_CHARACTERS);
  return FALSE;
}

static gboolean
write_first (LwDb *db, gpointer data, GError **error)
{
  Saying *saying = data;
  LwFrameHead head;
  if (!lw_frame_head_read (db, saying->frame, &head, error))
    return FALSE;
  if (saying->x >= 0 && saying->x < head.width && saying->y >= 0 && saying->y < head.height)
    return insert (db, saying, error);
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("%d,%d is no pixel of the frame: it is %d × %d pixels large"), saying->x, saying->y, head.width, head.height);
  return FALSE;
}

gint64
lw_project_add_comment (LwProject *self, gint64 frame, int x, int y, const char *text, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && text != NULL, 0);

  Saying saying = { .kind = SAYS, .frame = frame, .x = x, .y = y, .text = text };
  return check_text (text, error) && lw_project_transact (self, write_first, &saying, error) ? saying.id : 0;
}

static gboolean
find_thread (LwDb *db, Saying *saying, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT frame, x, y FROM comment WHERE id = ? AND thread IS NULL", "I", saying->thread);
  int got = lw_query_step (query, error);
  if (got <= 0)
    return got == 0 ? lw_store_not_found (error, _("thread"), saying->thread) : FALSE;
  saying->frame = sqlite3_column_int64 (query, 0);
  saying->x = lw_query_int (query, 1, 0, LW_MAX_SIDE - 1);
  saying->y = lw_query_int (query, 2, 0, LW_MAX_SIDE - 1);
  return TRUE;
}

static gboolean
write_in_thread (LwDb *db, gpointer data, GError **error)
{
  Saying *saying = data;
  return find_thread (db, saying, error) && insert (db, saying, error);
}

gint64
lw_project_answer_comment (LwProject *self, gint64 thread, const char *text, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && text != NULL, 0);

  Saying saying = { .kind = SAYS, .thread = thread, .text = text };
  return check_text (text, error) && lw_project_transact (self, write_in_thread, &saying, error) ? saying.id : 0;
}

gboolean
lw_project_resolve_thread (LwProject *self, gint64 thread, gboolean resolved, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_project_transact (self, write_in_thread, &(Saying) { .kind = resolved ? RESOLVES : REOPENS, .thread = thread, .text = "" }, error);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
has_answers (LwDb *db, gint64 thread, gboolean *has, GError **error)
{
  gint64 one;
  int got = lw_db_get (db, &one, error,
                       "SELECT 1 FROM comment WHERE thread = ?1 AND kind = 0 AND NOT EXISTS (SELECT 1 FROM comment AS later WHERE later.thread = ?1 AND later.kind = 3"
                       " AND later.text = comment.uuid) LIMIT 1", "I", thread);
  *has = got > 0;
  return got >= 0;
}

static gboolean
write_withdrawal (LwDb *db, gpointer data, GError **error)
{
  Saying *saying = data;
  g_autofree char *author = NULL, *uuid = NULL;
  gboolean first, answered = FALSE;
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT author, uuid, thread IS NULL, ifnull (thread, id) FROM comment WHERE id = ? AND kind = 0", "I", saying->about);
    int got = lw_query_step (query, error);
    if (got <= 0)
      return got == 0 ? lw_store_not_found (error, _("comment"), saying->about) : FALSE;
    author = lw_query_dup_text (query, 0);
    uuid = lw_query_dup_text (query, 1);
    first = lw_query_int (query, 2, 0, 1);
    saying->thread = sqlite3_column_int64 (query, 3);
  }
  saying->text = uuid;
  if (g_strcmp0 (author, lw_author_get_uuid ()) != 0)
    return refuse (error, _("Only who wrote a comment can take it back"));
  if (first && !has_answers (db, saying->thread, &answered, error))
    return FALSE;
  return answered ? refuse (error, _("Somebody has answered: the comment stays. Resolve it instead")) : write_in_thread (db, saying, error);
}

gboolean
lw_project_withdraw_comment (LwProject *self, gint64 comment, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_project_transact (self, write_withdrawal, &(Saying) { .kind = WITHDRAWS, .about = comment }, error);
}
