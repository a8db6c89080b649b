/* test-json.c: JSON from outside is bounded and checked */
#include "config.h"
#include "common/json.h"

#include <glib/gstdio.h>
#include <string.h>

static LwJson *
parse (const char *text, GError **error)
{
  return lw_json_parse (text, strlen (text), 1000, "text", error);
}

static void
test_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LwJson) object = parse ("{\"s\": \"é\", \"i\": 7, \"d\": 1.5, \"b\": true, \"a\": [1, 2], \"o\": {}}", &error);
  g_assert_no_error (error);
  const char *s;
  gint64 i;
  double d;
  gboolean b;
  LwJson *a, *o;
  g_assert_true (lw_json_get_string (object, "s", &s, &error) && g_str_equal (s, "é"));
  g_assert_true (lw_json_get_int (object, "i", 0, 7, &i, &error) && i == 7);
  g_assert_true (lw_json_get_double (object, "d", &d, &error) && d == 1.5);
  g_assert_true (lw_json_get_double (object, "i", &d, &error) && d == 7);
  g_assert_true (lw_json_get_bool (object, "b", &b, &error) && b);
  g_assert_true (lw_json_get_array (object, "a", 2, &a, &error));
  g_assert_true (lw_json_get_object (object, "o", &o, &error));
  g_assert_false (lw_json_get_array (object, "a", 1, &a, &error));
  g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (lw_json_get_int (object, "i", 0, 6, &i, &error));
  g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_MEMBER);
  g_clear_error (&error);
  g_assert_false (lw_json_get_string (object, "none", &s, &error));
  g_assert_nonnull (strstr (error->message, "none"));
  i = 3;
  g_assert_false (lw_json_get_int (object, "none", 0, 9, &i, NULL));
  g_assert_cmpint (i, ==, 3);
}

static void
test_refused (void)
{
  const char *const bad[] = { "", "{", "{\"a\":1}x", "{\"a\":1,}", "{'a':1}", "nul", "null", "[1 2]", "{\"a\":1,\"a\":2}",
                              "{\"a\":1,\"\\u0061\":2}", "{\"a\\u0000b\":1}", "{\"\\u0000\":1}",
                              "[{\"b\":{\"x\":1,\"y\":[{\"x\":1}],\"x\":2}}]", "\"\xff\"" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (parse (bad[i], &error));
      g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_SYNTAX);
    }
}

static void
test_deep_and_long (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = g_strnfill (300, '[');
  g_assert_null (parse (deep, &error));
  g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  g_autofree char *large = g_strnfill (1001, ' ');
  g_assert_null (parse (large, &error));
  g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_TOO_LARGE);
}

/* The same key in two objects, or as a value, is no double. */
static void
test_same_key_elsewhere (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LwJson) value = parse ("[{\"a\":\"a\"},{\"a\":{\"a\":1}},{\"b\":[\"a\",\"a\"], \"q\\\"\":1, \"\\u00e9\":1, \"\\\\u00e9\":1}]", &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
}

static void
test_random_text (void)
{
  const char alphabet[] = "{}[]\",:\\ae1.- nult";
  for (int round = 0; round < 20000; round++)
    {
      char text[24];
      int length = g_test_rand_int_range (0, sizeof text);
      for (int i = 0; i < length; i++)
        text[i] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      g_autoptr (GError) error = NULL;
      g_autoptr (LwJson) value = lw_json_parse (text, (gsize) length, 100, "random", &error);
      g_assert_true ((value == NULL) == (error != NULL));
    }
}

static void
test_save_and_load (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-json-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LwJson) value = parse ("{\"path\": \"a/b\"}", &error);
  g_assert_true (lw_json_save (path, value, &error));
  g_autoptr (LwJson) back = lw_json_load (path, 100, &error);
  g_assert_true (json_object_equal (value, back));
  g_assert_null (lw_json_load (path, 5, &error));
  g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_unlink (path);
  g_assert_null (lw_json_load (path, 100, &error));
  g_assert_error (error, LW_JSON_ERROR, LW_JSON_ERROR_IO);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/members", test_members);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/deep-and-long", test_deep_and_long);
  g_test_add_func ("/json/same-key-elsewhere", test_same_key_elsewhere);
  g_test_add_func ("/json/random-text", test_random_text);
  g_test_add_func ("/json/save-and-load", test_save_and_load);
  return g_test_run ();
}
