/* test-class-keys.c: keys that select classes, alone and in pairs */
#include "config.h"
#include "classes/class-keys.h"

static LwPalette *
palette_with (const char *const *shortcuts)
{
  LwPalette *palette = lw_palette_new ("test");
  for (guint8 i = 0; shortcuts[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("class %d", i);
      LwClass *klass = lw_palette_add (palette, i, name, (guint8[3]) { i, 0, 0 });
      klass->shortcut = *shortcuts[i] != '\0' ? g_strdup (shortcuts[i]) : NULL;
    }
  return palette;
}

static void
test_single (void)
{
  const char *shortcuts[] = { "1", "2", "", "0", NULL };
  g_autoptr (LwPalette) palette = palette_with (shortcuts);
  LwClassKeys keys = { 0 };
  guint8 id = 99;
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "0", 0, &id), ==, LW_CLASS_KEY_FOUND);
  g_assert_cmpint (id, ==, 3);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "9", 0, &id), ==, LW_CLASS_KEY_NONE);
  g_assert_cmpint (id, ==, 3);
  g_assert_null (keys.first);
}

static void
test_pair (void)
{
  const char *shortcuts[] = { "1", "g 1", "g 2", NULL };
  g_autoptr (LwPalette) palette = palette_with (shortcuts);
  LwClassKeys keys = { 0 };
  guint8 id = 99;
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "g", 0, &id), ==, LW_CLASS_KEY_PENDING);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "1", 1000, &id), ==, LW_CLASS_KEY_FOUND);
  g_assert_cmpint (id, ==, 1);
  /* Nothing is pending any more. */
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "1", 2000, &id), ==, LW_CLASS_KEY_FOUND);
  g_assert_cmpint (id, ==, 0);
}

static void
test_pair_that_is_none (void)
{
  const char *shortcuts[] = { "1", "g 2", NULL };
  g_autoptr (LwPalette) palette = palette_with (shortcuts);
  LwClassKeys keys = { 0 };
  guint8 id = 99;
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "g", 0, &id), ==, LW_CLASS_KEY_PENDING);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "1", 0, &id), ==, LW_CLASS_KEY_FOUND);      /* "g 1" is none: the 1 counts alone */
  g_assert_cmpint (id, ==, 0);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "g", 0, &id), ==, LW_CLASS_KEY_PENDING);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "g", 0, &id), ==, LW_CLASS_KEY_PENDING);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "x", 0, &id), ==, LW_CLASS_KEY_NONE);
  g_assert_null (keys.first);
}

static void
test_timeout (void)
{
  const char *shortcuts[] = { "1", "g 1", NULL };
  g_autoptr (LwPalette) palette = palette_with (shortcuts);
  LwClassKeys keys = { 0 };
  guint8 id = 99;
  gint64 late = (LW_CLASS_KEYS_TIMEOUT_MS + 1) * G_TIME_SPAN_MILLISECOND;
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "g", 0, &id), ==, LW_CLASS_KEY_PENDING);
  g_assert_cmpint (lw_class_keys_press (&keys, palette, "1", late, &id), ==, LW_CLASS_KEY_FOUND);
  g_assert_cmpint (id, ==, 0);
  lw_class_keys_clear (&keys);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/class-keys/single", test_single);
  g_test_add_func ("/class-keys/pair", test_pair);
  g_test_add_func ("/class-keys/pair-that-is-none", test_pair_that_is_none);
  g_test_add_func ("/class-keys/timeout", test_timeout);
  return g_test_run ();
}
