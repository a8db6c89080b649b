/* test-cli.c: labelwright-cli from an empty folder to an exported label set, its JSON, its messages and its exit codes */
#include "config.h"
#include "cli-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "common/png.h"

static void
expect_message (CliFixture *f, const char *what)
{
  if (strstr (f->err, what) == NULL)
    g_error ("wanted a message with “%s”, got: %s", what, f->err);
}

/* ---- wrong use ---- */

static void
test_usage (CliFixture *f, gconstpointer data)
{
  static const char *const wrong[][4] = {
    { NULL }, { "dance", NULL }, { "create", NULL }, { "create", "a", "b", NULL }, { "frames", NULL }, { "frames", "x", "--status", "odd" },
    { "train", "x", "--epochs", "many" }, { "train", "x", "--resume", "--epochs=3" }, { "train", "x", "--scratch", "--model=y" }, { "evaluate", NULL }, { "evaluate", "--model", "x", NULL },
    { "export", "x", "out", NULL }, { "export", "x", "out", "--format=pascal" }, { "import", "x", "--format=camvid", "--layout=odd" },
    { "apply", "x", NULL }, { "accept", "x", NULL }, { "dataset", "x", "destroy", NULL }, { "dataset", "x", "show", NULL },
    { "models", "x", "paint", NULL }, { "models", "x", "show", NULL }, { "segment", "--model", "x", NULL }, { "frames", "x", "--device=abacus", NULL },
    { "add", "x", "y", "--every=0" }, { "sheet", "x", "y", NULL }, { "create", "x", "--nonsense", NULL }, { "help", "dance", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      cli_run (f, 2, wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3], NULL);
      g_assert_cmpstr (f->out, ==, "");
      g_assert_cmpstr (f->err, !=, "");
    }
}

static void
test_help (CliFixture *f, gconstpointer data)
{
  static const char *const commands[] = { "create", "add", "relink", "frames", "import", "propose", "apply", "submit", "accept", "return", "dataset", "train",
                                          "evaluate", "export", "models", "segment", "sheet", "history", "restore", "snapshot", "undo", "redo", "backup", "package", "merge", "stats", "log", "verify" };
  cli_run (f, 0, "--help", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_assert_nonnull (strstr (f->out, commands[i]));
  cli_run (f, 0, "--version", NULL);
  g_assert_nonnull (strstr (f->out, LW_VERSION));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      cli_run (f, 0, commands[i], "--help", NULL);
      g_assert_nonnull (strstr (f->out, "--json"));
      g_assert_cmpstr (f->err, ==, "");
      cli_run (f, 0, "help", commands[i], NULL);
      g_assert_nonnull (strstr (f->out, "--device"));
      cli_run (f, 0, "--man", commands[i], NULL);
      g_assert_true (g_str_has_prefix (f->out, ".Dd"));
    }
}

/* ---- what fails ---- */

static void
test_failures (CliFixture *f, gconstpointer data)
{
  cli_run (f, 1, "frames", "/no/such/project", NULL);
  expect_message (f, "/no/such/project");
  cli_run (f, 1, "create", f->images, NULL);
  expect_message (f, "images");
  cli_run (f, 1, "create", f->project, "--classes", "/no/such/palette.json", NULL);
  expect_message (f, "palette.json");
  g_assert_false (g_file_test (f->project, G_FILE_TEST_EXISTS));
  cli_run (f, 0, "create", f->project, "--classes", "camvid11", NULL);
  cli_run (f, 1, "add", f->project, "/no/such/video.mp4", NULL);
  expect_message (f, "video.mp4");
  cli_run (f, 1, "import", f->project, "--format", "camvid", f->folder, NULL);
  cli_run (f, 1, "accept", f->project, "--frames", "all", NULL);
  expect_message (f, "add videos or images");
  cli_run (f, 0, "add", f->project, f->images, NULL);
  cli_run (f, 1, "accept", f->project, "--frames", "nobody", NULL);
  expect_message (f, "nobody");
  cli_run (f, 1, "add", f->project, f->images, NULL);       /* the names are taken */
  expect_message (f, "scene00");
  cli_run (f, 1, "train", f->project, "--scratch", "--arch", "fcn8s-lite", "--recipe", f->recipe, NULL);
  expect_message (f, "ccepted");
  cli_run (f, 1, "propose", f->project, "--model", f->recipe, NULL);
  expect_message (f, "quick.json");
  cli_run (f, 1, "export", f->project, "--format", "camvid", f->images, "--frames", "all", NULL);
  cli_run (f, 1, "models", f->project, "show", "nobody", NULL);
  expect_message (f, "nobody");
  cli_run (f, 1, "dataset", f->project, "show", "nobody", NULL);
  cli_run (f, 0, "verify", f->project, "--json", NULL);
  g_assert_nonnull (strstr (f->out, "\"sound\":true"));
}

/* Names that are wrong: the message says which, and what would be right. */
static void
test_wrong_names (CliFixture *f, gconstpointer data)
{
  g_autofree char *below = g_build_filename (f->folder, "no", "such.csv", NULL);
  cli_run (f, 2, "dance", NULL);
  expect_message (f, "“dance”");
  expect_message (f, "--help");
  cli_run (f, 0, "create", f->project, "--classes", "camvid11", NULL);
  cli_run (f, 1, "relink", f->project, "/no/such/folder", NULL);
  expect_message (f, "/no/such/folder");
  cli_run (f, 1, "restore", f->project, "--backup", "yesterday", NULL);
  expect_message (f, "“yesterday”");
  expect_message (f, "--list");
  cli_run (f, 2, "merge", f->project, f->project, NULL);
  expect_message (f, "itself");
  cli_run (f, 2, "merge", f->project, f->images, "--rule", "oldest", NULL);
  expect_message (f, "newest");
  cli_run (f, 2, "remove-class", f->project, "Car", "--into", "Car", NULL);
  expect_message (f, "“Car”");
  cli_run (f, 1, "stats", f->project, "--out", below, NULL);
  expect_message (f, "such.csv”");
}

/* ---- the whole loop ---- */

static void
check_frames (CliFixture *f, guint accepted)
{
  cli_run (f, 0, "frames", f->project, "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, N_SCENES);
  for (guint i = 0; i < N_SCENES; i++)
    {
      g_autofree char *name = g_strdup_printf ("scene%02u", i);
      g_assert_cmpstr (cli_string (f, i, "name"), ==, name);
      g_assert_cmpstr (cli_string (f, i, "status"), ==, i < accepted ? "accepted" : "in-progress");
    }
  cli_run (f, 0, "frames", f->project, "--json", "--status", "accepted", NULL);
  g_assert_cmpuint (f->lines->len, ==, accepted);
}

static void
train (CliFixture *f)
{
  cli_run (f, 0, "dataset", f->project, "create", "first", "--json", "--segment", "2", "--gap", "1", NULL);
  g_assert_cmpint (cli_int (f, 0, "train"), >, 0);
  g_assert_cmpint (cli_int (f, 0, "val"), >, 0);
  cli_run (f, 0, "dataset", f->project, "list", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
  cli_run (f, 0, "dataset", f->project, "show", "first", NULL);
  g_assert_nonnull (strstr (f->out, "val    scene"));
  cli_run (f, 0, "train", f->project, "--scratch", "--arch", "fcn8s-lite", "--recipe", f->recipe, "--epochs", "3", "--dataset", "first", "--json", NULL);
  guint last = f->lines->len - 1;
  g_assert_cmpuint (f->lines->len, ==, 4);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (cli_int (f, i, "epoch"), ==, (int) i + 1);
  g_assert_cmpstr (cli_string (f, last, "event"), ==, "done");
  g_assert_cmpstr (cli_string (f, last, "model"), ==, "fcn8s-lite");
  LwJson *after = NULL;
  g_assert_true (lw_json_get_object (g_ptr_array_index (f->lines, last), "after", &after, NULL));
  gint64 seen = -1;
  g_assert_true (lw_json_get_int (after, "seen_frames", 0, 100, &seen, NULL));
  g_assert_cmpint (seen, ==, 0);
}

static void
fine_tune (CliFixture *f)
{
  cli_run (f, 0, "train", f->project, "--recipe", f->recipe, "--epochs", "1", "--json", "--use", NULL);
  guint last = f->lines->len - 1;
  g_assert_cmpstr (cli_string (f, last, "model"), ==, "fcn8s-lite-2");
  cli_run (f, 0, "models", f->project, "list", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_cmpstr (cli_string (f, 0, "name"), ==, "fcn8s-lite-2");
  g_assert_cmpstr (cli_string (f, 0, "status"), ==, "champion");
  g_assert_cmpstr (cli_string (f, 0, "parent"), ==, "fcn8s-lite");
  cli_run (f, 0, "models", f->project, "card", "fcn8s-lite-2", "--json", NULL);
  g_assert_nonnull (strstr (f->out, "plan_key"));       /* what trained it can be told from its record */
  cli_run (f, 0, "models", f->project, "rollback", "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "name"), ==, "fcn8s-lite");
}

static void
propose_and_apply (CliFixture *f)
{
  cli_run (f, 0, "propose", f->project, "--frames", "images:12-13", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_cmpstr (cli_string (f, 0, "frame"), ==, "scene12");
  g_assert_cmpstr (cli_string (f, 0, "model"), ==, "fcn8s-lite");
  /* What was imported is protected, unless one asks for it. */
  cli_run (f, 0, "apply", f->project, "--frames", "all", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_cmpint (cli_int (f, 0, "pixels"), ==, 0);
  expect_message (f, "12 frames");        /* accepted: left alone */
  cli_run (f, 1, "apply", f->project, "--frames", "images:12", "--class", "Unicorn", NULL);
  expect_message (f, "Unicorn");
  cli_run (f, 0, "apply", f->project, "--frames", "images:12", "--over-hand-work", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "pixels"), >, 0);
  cli_run (f, 1, "apply", f->project, "--frames", "images:14", NULL);
  expect_message (f, "propose");
}

/* The interval of the mean IoU in the last command's result holds it. */
static void
check_interval (CliFixture *f)
{
  LwJson *interval = NULL;
  g_assert_true (lw_json_get_array (f->lines->pdata[0], "mean_iou_interval", 2, &interval, NULL));
  g_assert_cmpuint (json_object_array_length (interval), ==, 2);
  g_assert_cmpfloat (json_object_get_double (json_object_array_get_idx (interval, 0)), <=, cli_double (f, 0, "mean_iou"));
  g_assert_cmpfloat (json_object_get_double (json_object_array_get_idx (interval, 1)), >=, cli_double (f, 0, "mean_iou"));
}

static void
evaluate (CliFixture *f)
{
  cli_run (f, 0, "evaluate", f->project, "--dataset", "first", "--json", NULL);
  double on_dataset = cli_double (f, 0, "mean_iou");
  g_assert_cmpfloat (on_dataset, >=, 0);
  g_assert_cmpint (cli_int (f, 0, "seen_frames"), ==, 0);
  cli_run (f, 0, "evaluate", f->project, "--dataset", "first", "--split", "train", "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "seen_frames"), ==, cli_int (f, 0, "frames"));
  expect_message (f, "no measure");
  cli_run (f, 0, "evaluate", f->project, "--labels", f->labels, "--json", NULL);
  double in_project = cli_double (f, 0, "mean_iou");
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, N_SCENES);
  check_interval (f);
  /* The same without the project, from an engine of its own. */
  cli_run (f, 0, "models", f->project, "show", "fcn8s-lite", "--json", NULL);
  g_autofree char *path = g_strdup (cli_string (f, 0, "path"));
  cli_run (f, 0, "evaluate", "--model", path, "--images", f->images, "--labels", f->labels, "--json", NULL);
  g_assert_cmpfloat (cli_double (f, 0, "mean_iou"), ==, in_project);
  g_assert_cmpint (cli_int (f, 0, "pixels"), ==, N_SCENES * SCENE_WIDTH * SCENE_HEIGHT);
  cli_run (f, 0, "evaluate", f->project, "--labels", f->labels, NULL);
  g_assert_nonnull (strstr (f->out, "95 % of sets drawn from these frames"));
  cli_run (f, 1, "evaluate", f->project, "--labels", f->folder, NULL);
}

static void
export (CliFixture *f)
{
  g_autofree char *out = g_build_filename (f->folder, "out", NULL);
  cli_run (f, 0, "export", f->project, "--format", "camvid", "--layout", "segnet", out, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, 12);
  g_assert_cmpint (cli_int (f, 0, "unlabelled_pixels"), ==, 0);
  cli_run (f, 1, "export", f->project, "--format", "camvid", "--layout", "segnet", out, NULL);
  expect_message (f, "out");
  /* Back into another project: the same pixels, which the second export shows. */
  g_autofree char *second = g_build_filename (f->folder, "second", NULL);
  cli_run (f, 0, "create", second, NULL);
  cli_run (f, 0, "import", second, "--format", "camvid", out, "--json", NULL);
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, 12);
}

static void
look_back (CliFixture *f)
{
  cli_run (f, 0, "history", f->project, "images:0", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);        /* imported, accepted */
  g_assert_cmpstr (cli_string (f, 1, "kind"), ==, "import");
  cli_run (f, 0, "log", f->project, "--json", NULL);
  g_assert_cmpuint (f->lines->len, >, 20);
  guint all = f->lines->len;
  g_assert_cmpstr (cli_string (f, 0, "actor"), !=, "");
  cli_run (f, 0, "log", f->project, "--json", "--limit", "3", NULL);
  g_assert_cmpuint (f->lines->len, ==, 3);
  g_assert_cmpuint (all, >, 3);
  cli_run (f, 0, "verify", f->project, NULL);
}

static void
test_loop (CliFixture *f, gconstpointer data)
{
  cli_make_project (f, 12);
  check_frames (f, 12);
  train (f);
  fine_tune (f);
  propose_and_apply (f);
  evaluate (f);
  export (f);
  cli_run (f, 0, "submit", f->project, "--frames", "images:12", "--message", "für euch", NULL);
  cli_run (f, 0, "return", f->project, "--frames", "images:12", NULL);
  cli_run (f, 1, "return", f->project, "--frames", "images:12", NULL);
  cli_run (f, 0, "undo", f->project, "--json", NULL);
  g_assert_cmpstr (cli_string (f, 0, "undone"), ==, "return");
  g_assert_cmpint (cli_int (f, 0, "frames"), ==, 1);
  cli_run (f, 0, "frames", f->project, "--status", "submitted", "--json", NULL);
  g_assert_cmpuint (f->lines->len, ==, 1);
  cli_run (f, 0, "redo", f->project, NULL);
  cli_run (f, 1, "redo", f->project, NULL);
  cli_run (f, 1, "return", f->project, "--frames", "images:12", NULL);
  g_autofree char *sheet = g_build_filename (f->folder, "sheet.png", NULL);
  cli_run (f, 0, "sheet", f->project, "--frames", "images:0-2", "--model", "fcn8s-lite", "--model", "fcn8s-lite-2", "--width", "96", sheet, NULL);
  LwPngInfo info;
  g_assert_true (lw_png_read_info (sheet, &info, NULL));
  g_assert_cmpint (info.width, ==, 4 + 4 * 100);
  g_assert_cmpint (info.height, ==, 4 + 3 * 68);
  look_back (f);
}

/* ---- without a project ---- */

static void
test_segment (CliFixture *f, gconstpointer data)
{
  g_autofree char *out = g_build_filename (f->folder, "maps", NULL), *bad = g_build_filename (f->images, "bad.png", NULL);
  g_autofree char *list = g_build_filename (f->folder, "list", NULL), *model = g_build_filename (f->folder, "m.safetensors", NULL);
  cli_make_project (f, 12);
  cli_run (f, 0, "train", f->project, "--scratch", "--arch", "fcn8s-lite", "--recipe", f->recipe, "--epochs", "1", "--no-evaluation", NULL);
  cli_run (f, 0, "models", f->project, "export", "fcn8s-lite", model, NULL);
  cli_run (f, 1, "models", f->project, "export", "fcn8s-lite", model, NULL);
  g_autofree char *one = g_build_filename (f->images, "scene01.png", NULL), *two = g_build_filename (f->images, "scene02.png", NULL);
  cli_run (f, 0, "segment", "--model", model, "--out", out, "--json", one, two, NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_autofree char *map = g_strdup (cli_string (f, 1, "labels"));
  LwPngInfo info;
  g_autofree guint8 *labels = lw_png_read_index (map, &info, NULL);
  g_assert_nonnull (labels);
  g_assert_cmpint (info.width, ==, SCENE_WIDTH);
  for (int i = 0; i < SCENE_WIDTH * SCENE_HEIGHT; i++)
    g_assert_cmpuint (labels[i], <, 11);
  g_autofree char *classes = g_build_filename (out, "classes.json", NULL);
  g_assert_true (g_file_test (classes, G_FILE_TEST_EXISTS));
  /* A bad picture is reported, the others are done, the exit code says it. */
  g_assert_true (g_file_set_contents (bad, "\x89PNG\r\n\x1a\nnot really", -1, NULL));
  cli_run (f, 1, "segment", "--model", model, "--out", out, "--json", "--name", "hash", bad, "/no/such.jpg", one, NULL);
  g_assert_cmpuint (f->lines->len, ==, 3);
  g_assert_cmpstr (cli_string (f, 0, "error"), !=, "");
  g_assert_cmpstr (cli_string (f, 1, "error"), !=, "");
  g_assert_cmpuint (strlen (cli_string (f, 2, "labels")), ==, strlen (out) + 1 + 64 + 4);
  expect_message (f, "bad.png");
  /* Two pictures of one name don't overwrite each other's labels. */
  cli_run (f, 1, "segment", "--model", model, "--out", out, one, one, NULL);
  expect_message (f, "--name path");
  g_autofree char *text = g_strdup_printf ("%s\n\n%s\n", one, two);
  g_assert_true (g_file_set_contents (list, text, -1, NULL));
  cli_run (f, 0, "segment", "--model", model, "--out", out, "--json", "--manifest", list, "--name", "path", NULL);
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_true (g_str_has_suffix (cli_string (f, 0, "labels"), "images/scene01.png"));
  cli_run (f, 1, "segment", "--model", f->recipe, "--out", out, one, NULL);
  expect_message (f, "quick.json");
}

/* LABELWRIGHT_LIB_DIR for one command: backends of ours, with a GPU on which nothing fits. The processor takes over, and it is said once. */
static void
test_small_gpu (CliFixture *f, gconstpointer data)
{
  g_autofree char *libraries = g_build_filename (f->folder, "libraries", NULL), *real = g_strdup (g_getenv ("LABELWRIGHT_LIB_DIR"));
  g_autofree char *cuda = g_build_filename (libraries, "labelwright-backend-cuda.so", NULL), *cpu = g_build_filename (libraries, "labelwright-backend-cpu.so", NULL);
  g_autofree char *real_cpu = g_build_filename (real, "labelwright-backend-cpu.so", NULL);
  g_assert_cmpint (g_mkdir (libraries, 0700), ==, 0);
  g_assert_cmpint (symlink (g_getenv ("SMALL_GPU"), cuda), ==, 0);
  g_assert_cmpint (symlink (real_cpu, cpu), ==, 0);
  cli_make_project (f, 12);
  g_setenv ("LABELWRIGHT_LIB_DIR", libraries, TRUE);
  cli_run (f, 0, "propose", f->project, "--frames", "images:12-14", "--json", NULL);
  g_setenv ("LABELWRIGHT_LIB_DIR", real, TRUE);
  g_assert_cmpuint (f->lines->len, ==, 3);
  const char *said = strstr (f->err, "too many for the small GPU");
  g_assert_nonnull (said);
  g_assert_null (strstr (strchr (said, '\n'), "small GPU"));
  g_assert_nonnull (strstr (f->err, "labelwright-cli: The processor is used instead of the GPU"));
}

/* Classes that the base model does not know get a score layer of their own. */
static void
test_own_classes (CliFixture *f, gconstpointer data)
{
  g_autofree char *palette = g_build_filename (f->folder, "own.json", NULL), *model = g_build_filename (f->folder, "m.safetensors", NULL);
  g_autofree char *map = g_build_filename (f->folder, "map.json", NULL), *own = g_build_filename (f->folder, "own", NULL);
  cli_make_project (f, 12);
  cli_run (f, 0, "train", f->project, "--scratch", "--arch", "fcn8s-lite", "--recipe", f->recipe, "--epochs", "1", "--no-evaluation", NULL);
  cli_run (f, 0, "models", f->project, "export", "fcn8s-lite", model, NULL);
  g_assert_true (g_file_set_contents (palette, "{\"name\":\"Own\",\"classes\":[{\"id\":0,\"name\":\"Vehicle\",\"colour\":\"#ff0000\"},{\"id\":1,\"name\":\"Sky\",\"colour\":\"#0000ff\"},"
                                               "{\"id\":2,\"name\":\"Ground\",\"colour\":\"#00ff00\"}]}", -1, NULL));
  g_assert_true (g_file_set_contents (map, "{\"Sky\":\"Sky\",\"Road\":\"Ground\",\"Car\":\"Vehicle\"}", -1, NULL));
  cli_run (f, 0, "create", own, "--classes", palette, NULL);
  cli_run (f, 0, "add", own, f->images, NULL);
  cli_run (f, 0, "import", own, "--format", "camvid", "--map", map, f->labels, NULL);
  cli_run (f, 0, "accept", own, "--frames", "all", NULL);
  cli_run (f, 0, "train", own, "--init", model, "--recipe", f->recipe, "--epochs", "1", "--json", NULL);
  cli_run (f, 0, "models", own, "list", "--json", NULL);
  g_assert_nonnull (strstr (f->out, "\"classes\":[\"Vehicle\",\"Sky\",\"Ground\"]"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/cli/" path, CliFixture, NULL, cli_fixture_set_up, func, cli_fixture_tear_down)
  ADD ("usage", test_usage);
  ADD ("help", test_help);
  ADD ("failures", test_failures);
  ADD ("wrong-names", test_wrong_names);
  ADD ("loop", test_loop);
  ADD ("segment", test_segment);
  ADD ("small-gpu", test_small_gpu);
  ADD ("own-classes", test_own_classes);
  return g_test_run ();
}
