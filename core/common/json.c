/* json.c: JSON from outside: bounded, and checked for what json-c lets pass: keys that stand twice (it keeps the last one), zero characters in them (it cuts
 * them off there), single quotes */
#include "config.h"
#include "common/json.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <gio/gio.h>
#include <math.h>

#include "common/atomic-file.h"

#define MAX_DEPTH 64

G_DEFINE_QUARK (lw-json-error-quark, lw_json_error)

/* ---- what json-c lets pass ---- */

/* Walks text that json-c has accepted, so that only strings and nesting have to be understood. */
typedef struct { const char *at, *end; } Scanner;

/* Leaves the scanner behind the closing quote. Returns: (transfer full): the raw text between the quotes */
static char *
scan_string (Scanner *scanner)
{
  const char *start = ++scanner->at;
  while (scanner->at < scanner->end && *scanner->at != '"')
    scanner->at += *scanner->at == '\\' ? 2 : 1;
  char *text = g_strndup (start, (gsize) (MIN (scanner->at, scanner->end) - start));
  scanner->at++;
  return text;
}

static gboolean
followed_by_colon (const Scanner *scanner)
{
  const char *at = scanner->at;
  while (at < scanner->end && g_ascii_isspace (*at))
    at++;
  return at < scanner->end && *at == ':';
}

/* What json-c takes the text between two quotes for: "\u0061" is "a". Returns: (transfer full): NULL where it holds a zero character */
static char *
decode_key (const char *raw)
{
  if (strchr (raw, '\\') == NULL)
    return g_strdup (raw);
  g_autofree char *quoted = g_strconcat ("\"", raw, "\"", NULL);
  g_autoptr (LwJson) value = json_tokener_parse (quoted);
  const char *text = json_object_get_string (value);
  return text != NULL && strlen (text) == (gsize) json_object_get_string_len (value) ? g_strdup (text) : NULL;
}

/* Returns: (transfer full): what is wrong with it, or NULL */
static char *
find_key_fault (GHashTable *keys, const char *raw)
{
  g_autofree char *key = decode_key (raw);
  if (key == NULL)
    return g_strdup (_("a key holds a zero character"));
  return g_hash_table_add (keys, g_strdup (key)) ? NULL : g_strdup_printf (_("the key “%s” stands twice in one object"), key);
}

/* Returns: (transfer full): what is wrong with it, or NULL */
static char *
find_fault (const char *text, gsize length)
{
  Scanner scanner = { text, text + length };
  GHashTable *keys[MAX_DEPTH + 1] = { NULL };
  int depth = 0;
  char *found = NULL;
  while (found == NULL && scanner.at < scanner.end)
    if (*scanner.at == '"')
      {
        g_autofree char *key = scan_string (&scanner);
        if (followed_by_colon (&scanner) && keys[depth] != NULL)
          found = find_key_fault (keys[depth], key);
      }
    else if (*scanner.at == '\'')
      found = g_strdup (_("strings stand in double quotes"));
    else
      {
        char c = *scanner.at++;
        if ((c == '{' || c == '[') && depth < MAX_DEPTH)
          keys[++depth] = c == '{' ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) : NULL;
        else if ((c == '}' || c == ']') && depth > 0)
          g_clear_pointer (&keys[depth--], g_hash_table_unref);
      }
  for (int i = 0; i <= MAX_DEPTH; i++)
    g_clear_pointer (&keys[i], g_hash_table_unref);
  return found;
}

/* ---- parse, load, save ---- */

static LwJson *
parse_whole (const char *text, gsize length, const char **problem)
{
  struct json_tokener *tokener = json_tokener_new_ex (MAX_DEPTH);
  json_tokener_set_flags (tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
  LwJson *value = json_tokener_parse_ex (tokener, text, (int) length);
  enum json_tokener_error state = json_tokener_get_error (tokener);
  gsize end = json_tokener_get_parse_end (tokener);
  while (end < length && g_ascii_isspace (text[end]))
    end++;
  if (state == json_tokener_continue)
    *problem = _("it ends too early");
  else if (state != json_tokener_success)
    *problem = json_tokener_error_desc (state);
  else if (end != length)
    *problem = _("there is text after its end");
  json_tokener_free (tokener);
  if (*problem != NULL)
    g_clear_pointer (&value, json_object_put);
  return value;
}

LwJson *
lw_json_parse (const char *text, gsize length, gsize max_bytes, const char *name, GError **error)
{
  if (length > MIN (max_bytes, (gsize) G_MAXINT))
    {
      g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_TOO_LARGE, _("%s is too large: %zu bytes, at most %zu are read"),
                   name, length, max_bytes);
      return NULL;
    }
  const char *problem = NULL;
  g_autoptr (LwJson) value = parse_whole (text, length, &problem);
  if (problem == NULL && value == NULL)
    problem = _("it holds only null");
  g_autofree char *fault = problem == NULL ? find_fault (text, length) : g_strdup (problem);
  if (fault == NULL)
    return g_steal_pointer (&value);
  g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_SYNTAX, _("%s is not valid JSON: %s"), name, fault);
  return NULL;
}

LwJson *
lw_json_load (const char *path, gsize max_bytes, GError **error)
{
  g_autofree char *display = g_filename_display_name (path);
  g_autofree char *name = g_strdup_printf ("“%s”", display);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &cause);
  gsize length = 0;
  /* One byte more than is allowed tells a file that is too large from one that just fits, without believing its size. */
  g_autofree char *text = stream != NULL ? g_malloc (max_bytes + 1) : NULL;
  if (stream == NULL || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, max_bytes + 1, &length, NULL, &cause))
    {
      g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_IO, _("%s can’t be read: %s"), name, cause->message);
      return NULL;
    }
  return lw_json_parse (text, length, max_bytes, name, error);
}

gboolean
lw_json_save (const char *path, LwJson *value, GError **error)
{
  g_auto (LwAtomicFile) file = { 0 };
  if (!lw_atomic_file_open (&file, path, error))
    return FALSE;
  fputs (json_object_to_json_string_ext (value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE), file.stream);
  fputc ('\n', file.stream);
  return lw_atomic_file_commit (&file, error);
}

/* ---- members ---- */

static LwJson *
find_member (LwJson *object, const char *key, enum json_type type, const char *wanted, GError **error)
{
  LwJson *member = NULL;
  if (json_object_is_type (object, json_type_object) && json_object_object_get_ex (object, key, &member)
      && (json_object_is_type (member, type) || (type == json_type_double && json_object_is_type (member, json_type_int))))
    return member;
  g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_MEMBER, member == NULL ? _("“%s” is missing (%s)") : _("“%s” is not %s"), key, wanted);
  return NULL;
}

gboolean
lw_json_get_string (LwJson *object, const char *key, const char **value, GError **error)
{
  LwJson *member = find_member (object, key, json_type_string, _("a string"), error);
  if (member == NULL)
    return FALSE;
  if (strlen (json_object_get_string (member)) != (gsize) json_object_get_string_len (member))
    {
      g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_MEMBER, _("“%s” holds a zero character"), key);
      return FALSE;
    }
  *value = json_object_get_string (member);
  return TRUE;
}

gboolean
lw_json_get_int (LwJson *object, const char *key, gint64 min, gint64 max, gint64 *value, GError **error)
{
  LwJson *member = find_member (object, key, json_type_int, _("a whole number"), error);
  if (member == NULL)
    return FALSE;
  gint64 found = json_object_get_int64 (member);
  if (found < min || found > max)
    {
      g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_MEMBER,
                   _("“%s” is %" PRId64 ", not from %" PRId64 " to %" PRId64), key, found, min, max);
      return FALSE;
    }
  *value = found;
  return TRUE;
}

gboolean
lw_json_get_double (LwJson *object, const char *key, double *value, GError **error)
{
  LwJson *member = find_member (object, key, json_type_double, _("a number"), error);
  if (member == NULL)
    return FALSE;
  double found = json_object_get_double (member);
  if (!isfinite (found))
    {
      g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_MEMBER, _("“%s” is not a finite number"), key);
      return FALSE;
    }
  *value = found;
  return TRUE;
}

gboolean
lw_json_get_bool (LwJson *object, const char *key, gboolean *value, GError **error)
{
  LwJson *member = find_member (object, key, json_type_boolean, _("true or false"), error);
  if (member == NULL)
    return FALSE;
  *value = json_object_get_boolean (member);
  return TRUE;
}

gboolean
lw_json_get_array (LwJson *object, const char *key, gsize max_length, LwJson **value, GError **error)
{
  LwJson *member = find_member (object, key, json_type_array, _("a list"), error);
  if (member == NULL)
    return FALSE;
  if (json_object_array_length (member) > max_length)
    {
      g_set_error (error, LW_JSON_ERROR, LW_JSON_ERROR_TOO_LARGE, _("“%s” has more than %zu entries"), key, max_length);
      return FALSE;
    }
  *value = member;
  return TRUE;
}

gboolean
lw_json_get_object (LwJson *object, const char *key, LwJson **value, GError **error)
{
  LwJson *member = find_member (object, key, json_type_object, _("an object"), error);
  if (member == NULL)
    return FALSE;
  *value = member;
  return TRUE;
}
