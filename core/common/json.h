/* json.h: JSON from outside, bounded before it is parsed */
#pragma once

#include <glib.h>
#include <json-c/json.h>

#define LW_JSON_ERROR (lw_json_error_quark ())
typedef enum {
  LW_JSON_ERROR_SYNTAX,     /* not JSON, nested deeper than 64, trailing text, a key twice in one object */
  LW_JSON_ERROR_TOO_LARGE,  /* above the caller's limit */
  LW_JSON_ERROR_MEMBER,     /* a member is missing or of another type; the message names it */
  LW_JSON_ERROR_IO,
} LwJsonError;
GQuark lw_json_error_quark (void);

typedef struct json_object LwJson;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwJson, json_object_put)

/* Returns: (transfer full): the value, or NULL. @name: what messages call the source ("palette “x.json”"). */
LwJson *lw_json_parse (const char *text, gsize length, gsize max_bytes, const char *name, GError **error);
LwJson *lw_json_load (const char *path, gsize max_bytes, GError **error);
gboolean lw_json_save (const char *path, LwJson *value, GError **error);   /* pretty, atomically */

/* Members, typed and range-checked. A NULL @error makes the member optional: FALSE leaves @value untouched. Lent values. */
gboolean lw_json_get_string (LwJson *object, const char *key, const char **value, GError **error);
gboolean lw_json_get_int (LwJson *object, const char *key, gint64 min, gint64 max, gint64 *value, GError **error);
gboolean lw_json_get_double (LwJson *object, const char *key, double *value, GError **error);   /* finite only */
gboolean lw_json_get_bool (LwJson *object, const char *key, gboolean *value, GError **error);
gboolean lw_json_get_array (LwJson *object, const char *key, gsize max_length, LwJson **value, GError **error);
gboolean lw_json_get_object (LwJson *object, const char *key, LwJson **value, GError **error);
