/* audit-export.c: audit entries as a file: a table (CSV, RFC 4180) or an object a line (JSON) */
#include "config.h"
#include "store/audit-export.h"

#include <string.h>
#include "common/atomic-file.h"
#include "common/json.h"

char *
lw_csv_quote (const char *text)
{
  const char *guard = *text != '\0' && strchr ("=+-@\t\r", *text) != NULL ? "'" : "";      /* names come from others */
  if (strpbrk (text, ",\"\r\n") == NULL)
    return g_strconcat (guard, text, NULL);
  g_auto(GStrv) parts = g_strsplit (text, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);
  return g_strconcat ("\"", guard, doubled, "\"", NULL);
}

static char *
format_utc (gint64 microseconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  return time != NULL ? g_date_time_format_iso8601 (time) : g_strdup ("");
}

static void
append_csv (GString *out, const LwAuditEntry *entry, const char *time)
{
  const char *texts[] = { entry->actor, entry->action, entry->object, entry->details, entry->copy };
  g_string_append (out, time);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *quoted = lw_csv_quote (texts[i] != NULL ? texts[i] : "");
      g_string_append_printf (out, ",%s", quoted);
    }
  g_string_append_printf (out, ",%" G_GINT64_FORMAT "\r\n", entry->seq);
}

static void
append_json (GString *out, const LwAuditEntry *entry, const char *time)
{
  const struct { const char *key, *text; } members[] = { { "copy", entry->copy }, { "at", time }, { "actor", entry->actor }, { "action", entry->action },
                                                         { "object", entry->object }, { "details", entry->details } };
  g_autoptr(LwJson) line = json_object_new_object ();
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_object_add (line, members[i].key, members[i].text != NULL ? json_object_new_string (members[i].text) : NULL);
  json_object_object_add (line, "seq", json_object_new_int64 (entry->seq));
  g_string_append_printf (out, "%s\n", json_object_to_json_string_ext (line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

gboolean
lw_audit_export (GPtrArray *entries, const char *path, GError **error)
{
  gboolean json = g_str_has_suffix (path, ".jsonl") || g_str_has_suffix (path, ".json");
  g_autoptr(GString) out = g_string_new (json ? NULL : "time,person,action,object,details,copy,number\r\n");
  for (guint i = 0; i < entries->len; i++)
    {
      const LwAuditEntry *entry = entries->pdata[i];
      g_autofree char *time = format_utc (entry->at);
      (json ? append_json : append_csv) (out, entry, time);
    }
  return lw_atomic_file_write (path, out->str, (gssize) out->len, error);
}
