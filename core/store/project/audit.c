/* audit.c: the audit chain: appended in the transaction of the action, checked from its first row */
#include "config.h"
#include "store/project/audit.h"

#include <glib/gi18n-lib.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include "store/author.h"

typedef struct {
  const char *copy;
  gint64 seq, at;
  const char *actor, *action, *object, *details;
  const guint8 *prev;
} Row;

/* Every text with its length before it, so that no two different rows have the same bytes. */
static void
add_text (EVP_MD_CTX *context, const char *text)
{
  guint64 length = GUINT64_TO_LE ((guint64) strlen (text));
  EVP_DigestUpdate (context, &length, sizeof length);
  EVP_DigestUpdate (context, text, strlen (text));
}

static void
add_number (EVP_MD_CTX *context, gint64 number)
{
  gint64 little = GINT64_TO_LE (number);
  EVP_DigestUpdate (context, &little, sizeof little);
}

static void
hash_row (const Row *row, guint8 hash[LW_AUDIT_HASH_BYTES])
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
  EVP_DigestUpdate (context, row->prev, LW_AUDIT_HASH_BYTES);
  add_text (context, row->copy);
  add_number (context, row->seq);
  add_number (context, row->at);
  add_text (context, row->actor);
  add_text (context, row->action);
  add_text (context, row->object);
  add_text (context, row->details);
  EVP_DigestFinal_ex (context, hash, NULL);
  EVP_MD_CTX_free (context);
}

/* ---- which copy this is ---- */

static char *
get_machine (void)
{
  char *id = NULL;
  if (g_file_get_contents ("/etc/machine-id", &id, NULL, NULL))
    return g_strstrip (id);
  return g_strdup (g_get_host_name ());
}

static char *
look_up_copy (LwDb *db, const char *machine, gint64 inode, GError **error)
{
  return lw_db_get_text (db, error, "SELECT uuid FROM copy WHERE machine = ? AND inode = ?", "sI", machine, inode);
}

typedef struct { const char *uuid, *machine; gint64 inode; } NewCopy;

static gboolean
add_copy (LwDb *db, gpointer data, GError **error)
{
  static const guint8 nothing[LW_AUDIT_HASH_BYTES];
  const NewCopy *copy = data;
  return lw_db_run (db, error, "INSERT INTO copy (uuid, machine, inode, created, last_seq, last_hash) VALUES (?, ?, ?, ?, 0, ?)", "ssIIx",
                    copy->uuid, copy->machine, copy->inode, g_get_real_time (), nothing, sizeof nothing);
}

char *
lw_audit_find_copy (LwDb *db, GError **error)
{
  struct stat info = { 0 };
  if (stat (db->path, &info) != 0)
    info.st_ino = 0;
  g_autofree char *machine = get_machine ();
  g_autoptr(GError) local = NULL;
  char *uuid = look_up_copy (db, machine, (gint64) info.st_ino, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (uuid != NULL)
    return uuid;
  g_autofree char *made = g_uuid_string_random ();
  NewCopy copy = { made, machine, (gint64) info.st_ino };
  return lw_db_transact (db, add_copy, &copy, error) ? g_steal_pointer (&made) : NULL;
}

/* ---- append ---- */

/* The end of this copy's chain. */
static gboolean
get_end (LwDb *db, gint64 *seq, guint8 hash[LW_AUDIT_HASH_BYTES], GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT last_seq, last_hash FROM copy WHERE uuid = ?", "s", db->copy);
  int got = lw_query_step (query, error);
  if (got < 0)
    return FALSE;
  if (got == 0 || sqlite3_column_bytes (query, 1) != LW_AUDIT_HASH_BYTES)
    return lw_db_damaged (db, error, "the audit chain of this copy has no end");
  *seq = sqlite3_column_int64 (query, 0);
  memcpy (hash, sqlite3_column_blob (query, 1), LW_AUDIT_HASH_BYTES);
  return TRUE;
}

static gboolean
append (LwDb *db, const char *action, const char *object, const char *details, GError **error)
{
  gint64 last = 0;
  guint8 prev[LW_AUDIT_HASH_BYTES], hash[LW_AUDIT_HASH_BYTES];
  if (!get_end (db, &last, prev, error))
    return FALSE;
  Row row = { db->copy, last + 1, g_get_real_time (), lw_author_get_uuid (), action, object, details, prev };
  hash_row (&row, hash);
  return lw_db_run (db, error, "INSERT INTO audit (copy, seq, at, actor, action, object, details, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    "sIIssssxx", row.copy, row.seq, row.at, row.actor, row.action, row.object, row.details, prev, sizeof prev, hash, sizeof hash)
         && lw_db_run (db, error, "UPDATE copy SET last_seq = ?, last_hash = ? WHERE uuid = ?", "Ixs", row.seq, hash, sizeof hash, db->copy);
}

gboolean
lw_audit_add (LwDb *db, GError **error, const char *action, const char *object, const char *details_format, ...)
{
  va_list arguments;
  va_start (arguments, details_format);
  g_autofree char *details = g_strdup_vprintf (details_format, arguments);
  va_end (arguments);
  return append (db, action, object, details, error);
}

/* ---- check ---- */

static const char *
text_or_empty (LwQuery *query, int column)
{
  const char *text = (const char *) sqlite3_column_text (query, column);
  return text != NULL ? text : "";
}

static gboolean
column_is (LwQuery *query, int column, const guint8 hash[LW_AUDIT_HASH_BYTES])
{
  return sqlite3_column_bytes (query, column) == LW_AUDIT_HASH_BYTES && memcmp (sqlite3_column_blob (query, column), hash, LW_AUDIT_HASH_BYTES) == 0;
}

/* Follows one chain; @seq and @hash end at its last sound row. Returns: steps of the query, as lw_query_step() */
static int
follow (LwQuery *query, const char *copy, gint64 *seq, guint8 hash[LW_AUDIT_HASH_BYTES], gboolean *broken, GError **error)
{
  int got;
  while (!*broken && (got = lw_query_step (query, error)) > 0)
    {
      Row row = { copy, sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), text_or_empty (query, 2), text_or_empty (query, 3),
                  text_or_empty (query, 4), text_or_empty (query, 5), hash };
      guint8 expected[LW_AUDIT_HASH_BYTES];
      hash_row (&row, expected);
      *broken = row.seq != *seq + 1 || !column_is (query, 6, hash) || !column_is (query, 7, expected);
      *seq = row.seq;
      memcpy (hash, expected, sizeof expected);
    }
  return *broken ? 0 : got;
}

static gboolean
verify_chain (LwDb *db, const char *copy, gint64 last_seq, GBytes *last_hash, GPtrArray *problems, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT seq, at, actor, action, object, details, prev, hash FROM audit WHERE copy = ? ORDER BY seq",
                                          "s", copy);
  guint8 hash[LW_AUDIT_HASH_BYTES] = { 0 };
  gint64 seq = 0;
  gboolean broken = FALSE;
  if (follow (query, copy, &seq, hash, &broken, error) < 0)
    return FALSE;
  gsize length;
  const void *end = g_bytes_get_data (last_hash, &length);
  if (broken)
    g_ptr_array_add (problems, g_strdup_printf (_("Audit chain %s: row %lld was changed, removed or added afterwards"), copy, (long long) seq));
  else if (seq != last_seq || length != sizeof hash || memcmp (end, hash, sizeof hash) != 0)
    g_ptr_array_add (problems, g_strdup_printf (_("Audit chain %s: it ends at row %lld instead of %lld"), copy, (long long) seq, (long long) last_seq));
  return TRUE;
}

gboolean
lw_audit_verify (LwDb *db, GPtrArray *problems, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT uuid, last_seq, last_hash FROM copy", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autofree char *copy = lw_query_dup_text (query, 0);
      g_autoptr(GBytes) hash = lw_query_dup_blob (query, 2);
      if (!verify_chain (db, copy, sqlite3_column_int64 (query, 1), hash, problems, error))
        return FALSE;
    }
  return got == 0;
}
