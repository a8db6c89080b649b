/* cli-fixture.c: a folder of small scenes with their truth, and the program run on it as a user would */
#include "config.h"
#include "cli-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include "common/png.h"

enum { SKY = 0, ROAD = 3, CAR = 8 };

void
cli_draw_scene (guint seed, guint8 *rgb, guint8 *labels)
{
  int horizon = 20 + (int) (seed * 7 % 20), car = (int) (seed * 13 % 60);
  for (int y = 0; y < SCENE_HEIGHT; y++)
    for (int x = 0; x < SCENE_WIDTH; x++)
      {
        gboolean is_car = y > horizon && y < horizon + 18 && x > car && x < car + 28;
        guint8 class = is_car ? CAR : y > horizon ? ROAD : SKY;
        const guint8 colours[][3] = { [SKY] = { 120, 170, 230 }, [ROAD] = { 90, 90, 90 }, [CAR] = { 200, 40, 40 } };
        for (int c = 0; c < 3; c++)
          rgb[(y * SCENE_WIDTH + x) * 3 + c] = (guint8) (colours[class][c] + ((guint) x * 31 + (guint) y * 17 + seed) % 20);
        labels[y * SCENE_WIDTH + x] = class;
      }
}

static void
write_scenes (CliFixture *f)
{
  for (guint i = 0; i < N_SCENES; i++)
    {
      g_autoptr(GError) error = NULL;
      guint8 rgb[SCENE_WIDTH * SCENE_HEIGHT * 3], labels[SCENE_WIDTH * SCENE_HEIGHT];
      g_autofree char *name = g_strdup_printf ("scene%02u.png", i), *image = g_build_filename (f->images, name, NULL), *map = g_build_filename (f->labels, name, NULL);
      cli_draw_scene (i, rgb, labels);
      g_assert_true (lw_png_write_rgb_unsynced (image, rgb, SCENE_WIDTH, SCENE_HEIGHT, SCENE_WIDTH * 3, &error));
      g_assert_true (lw_png_write_index_unsynced (map, labels, SCENE_WIDTH, SCENE_HEIGHT, SCENE_WIDTH, NULL, 0, &error));
    }
}

static void
put_json (gpointer value)
{
  json_object_put (value);
}

void
cli_fixture_set_up (CliFixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("lw-cli-XXXXXX", NULL);
  f->project = g_build_filename (f->folder, "project", NULL);
  f->images = g_build_filename (f->folder, "images", NULL);
  f->labels = g_build_filename (f->folder, "labels", NULL);
  f->recipe = g_build_filename (f->folder, "quick.json", NULL);
  f->lines = g_ptr_array_new_with_free_func (put_json);
  g_assert_cmpint (g_mkdir (f->images, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (f->labels, 0700), ==, 0);
  g_assert_true (g_file_set_contents (f->recipe, "{\"name\":\"quick\",\"optimizer\":\"adamw\",\"rate\":0.002,\"epochs\":2,\"batch\":4,\"checkpoint_seconds\":0,\"seed\":3}", -1, NULL));
  g_setenv ("XDG_RUNTIME_DIR", f->folder, TRUE);      /* nobody else’s training is in our way */
  g_setenv ("XDG_CONFIG_HOME", f->folder, TRUE);       /* an author’s name that is set here is nobody else’s */
  write_scenes (f);
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

void
cli_fixture_tear_down (CliFixture *f, gconstpointer data)
{
  remove_tree (f->folder);
  g_free (f->folder);
  g_free (f->project);
  g_free (f->images);
  g_free (f->labels);
  g_free (f->recipe);
  g_free (f->out);
  g_free (f->err);
  g_ptr_array_unref (f->lines);
}

static GSubprocess *
start (CliFixture *f, va_list args)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;
  g_ptr_array_add (argv, (gpointer) g_getenv ("LABELWRIGHT_CLI"));
  for (char *argument; (argument = va_arg (args, char *)) != NULL;)
    g_ptr_array_add (argv, argument);
  g_ptr_array_add (argv, NULL);
  GSubprocess *process = g_subprocess_newv ((const char *const *) argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

GSubprocess *
cli_start (CliFixture *f, ...)
{
  va_list args;
  va_start (args, f);
  GSubprocess *process = start (f, args);
  va_end (args);
  return process;
}

static void
parse_lines (CliFixture *f)
{
  g_auto(GStrv) lines = g_strsplit (f->out, "\n", -1);
  g_ptr_array_set_size (f->lines, 0);
  for (int i = 0; lines[i] != NULL; i++)
    if (*lines[i] == '{')
      {
        g_autoptr(GError) error = NULL;
        LwJson *object = lw_json_parse (lines[i], strlen (lines[i]), 1 << 24, "output", &error);
        g_assert_no_error (error);
        g_ptr_array_add (f->lines, object);
      }
}

void
cli_run (CliFixture *f, int code, ...)
{
  va_list args;
  g_autoptr(GError) error = NULL;
  g_clear_pointer (&f->out, g_free);
  g_clear_pointer (&f->err, g_free);
  va_start (args, code);
  g_autoptr(GSubprocess) process = start (f, args);
  va_end (args);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &f->out, &f->err, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != code)
    g_error ("wanted exit code %d, got %s %d\n%s\n%s", code, g_subprocess_get_if_exited (process) ? "code" : "signal",
             g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : g_subprocess_get_term_sig (process), f->out, f->err);
  parse_lines (f);
}

const char *
cli_string (CliFixture *f, guint line, const char *key)
{
  g_autoptr(GError) error = NULL;
  const char *value = NULL;
  g_assert_cmpuint (line, <, f->lines->len);
  lw_json_get_string (g_ptr_array_index (f->lines, line), key, &value, &error);
  g_assert_no_error (error);
  return value;
}

gint64
cli_int (CliFixture *f, guint line, const char *key)
{
  g_autoptr(GError) error = NULL;
  gint64 value = 0;
  g_assert_cmpuint (line, <, f->lines->len);
  lw_json_get_int (g_ptr_array_index (f->lines, line), key, G_MININT64, G_MAXINT64, &value, &error);
  g_assert_no_error (error);
  return value;
}

double
cli_double (CliFixture *f, guint line, const char *key)
{
  g_autoptr(GError) error = NULL;
  double value = 0;
  g_assert_cmpuint (line, <, f->lines->len);
  lw_json_get_double (g_ptr_array_index (f->lines, line), key, &value, &error);
  g_assert_no_error (error);
  return value;
}

void
cli_make_project (CliFixture *f, guint accepted)
{
  g_autofree char *spec = g_strdup_printf ("images:0-%u", accepted - 1);
  cli_run (f, 0, "create", f->project, NULL);
  cli_run (f, 0, "add", f->project, f->images, NULL);
  cli_run (f, 0, "import", f->project, "--format", "camvid", f->labels, NULL);
  cli_run (f, 0, "accept", f->project, "--frames", spec, NULL);
}
