/* test-train-folder.c: train-folder as a program: trains, stores, resumes, scores, and refuses what is wrong; on the reference backend */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include "common/json.h"
#include "common/png.h"
#include "nn/weights/model.h"

#define SIDE 32

static const char *program;
static char *folder;

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* The upper half dark and class 0, the lower bright and class 1, a frame of void around. */
static void
make_frames (const char *name, int n)
{
  g_autofree char *images = g_build_filename (folder, name, "frames", NULL), *labels = g_build_filename (folder, name, "labels", NULL);

  g_mkdir_with_parents (images, 0777);
  g_mkdir_with_parents (labels, 0777);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *file = g_strdup_printf ("%03d.png", i), *image = g_build_filename (images, file, NULL), *label = g_build_filename (labels, file, NULL);
      guint8 rgb[SIDE * SIDE * 3], indices[SIDE * SIDE];

      for (int k = 0; k < SIDE * SIDE; k++)
        {
          gboolean low = k / SIDE >= SIDE / 2 + i % 3;

          memset (rgb + k * 3, low ? 220 : 30, 3);
          indices[k] = (guint8) (k % SIDE == 0 ? 11 : low);
        }
      g_assert_true (lw_png_write_rgb (image, rgb, SIDE, SIDE, SIDE * 3, NULL));
      g_assert_true (lw_png_write_index (label, indices, SIDE, SIDE, SIDE, NULL, 0, NULL));
    }
}

static char *
make_file (const char *name, const char *text)
{
  char *path = in_folder (name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* @line: the arguments, with relative names of files in the test's folder. Returns the exit code. */
static int
run (const char *line, char **messages)
{
  g_autofree char *command = g_strdup_printf ("%s --backend ref %s", program, line);
  g_auto(GStrv) argv = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  g_spawn_sync (folder, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, messages, &status, &error);
  g_assert_no_error (error);
  return WEXITSTATUS (status);
}

static double
score_in (const char *name, const char *score_name)
{
  g_autofree char *path = in_folder (name);
  g_autoptr(LwJson) report = lw_json_load (path, 1 << 20, NULL);
  double score = -1;

  g_assert_nonnull (report);
  g_assert_true (lw_json_get_double (report, score_name, &score, NULL));
  return score;
}

static double
end_of_interval (const char *name, size_t end)
{
  g_autofree char *path = in_folder (name);
  g_autoptr(LwJson) report = lw_json_load (path, 1 << 20, NULL);
  LwJson *interval = NULL;

  g_assert_true (lw_json_get_array (report, "mean_iou_interval", 2, &interval, NULL));
  return json_object_get_double (json_object_array_get_idx (interval, end));
}

static void
test_course (void)
{
  g_autofree char *messages = NULL, *out = in_folder ("model.safetensors");

  g_assert_cmpint (run ("--train a/frames a/labels --train b/frames b/labels --val b/frames b/labels --classes names.json --recipe recipe.json --out model.safetensors "
                        "--checkpoint checkpoint --report report.json --max-side 333 --seed 5", &messages), ==, 0);
  g_assert_cmpfloat (score_in ("report.json", "mean_iou"), >, 0.5);
  g_assert_cmpfloat (score_in ("report.json", "mean_bf"), >, 0.2);
  g_assert_cmpfloat (end_of_interval ("report.json", 0), <=, score_in ("report.json", "mean_iou"));
  g_assert_cmpfloat (end_of_interval ("report.json", 1), >=, score_in ("report.json", "mean_iou"));
  g_autoptr(LwNetModel) model = lw_net_model_load (out, NULL);

  g_assert_cmpint (model->max_side, ==, 333);
  g_assert_cmpint (model->train_width, ==, SIDE);
  g_assert_cmpstr (model->class_names[1], ==, "Low");
  g_assert_cmpint (run ("--evaluate --init model.safetensors --val b/frames b/labels --report again.json", NULL), ==, 0);
  g_assert_cmpfloat (score_in ("again.json", "mean_iou"), ==, score_in ("report.json", "mean_iou"));
  g_assert_cmpint (run ("--evaluate --init model.safetensors --val b/frames b/labels --report again.json --precision bf16", NULL), ==, 1);
}

/* Frames are scaled before anything else sees them; to their own size they stay as they are. */
static void
test_size (void)
{
  g_autofree char *out = in_folder ("small.safetensors");

  g_assert_cmpint (run ("--train a/frames a/labels --val b/frames b/labels --classes names.json --recipe short.json --out small.safetensors --size 24x16 --report small.json", NULL), ==, 0);
  g_autoptr(LwNetModel) model = lw_net_model_load (out, NULL);

  g_assert_cmpint (model->train_width, ==, 24);
  g_assert_cmpint (model->train_height, ==, 16);
  g_assert_cmpint (run ("--evaluate --init small.safetensors --val b/frames b/labels --size 24x16 --report again.json", NULL), ==, 0);
  g_assert_cmpfloat (score_in ("again.json", "mean_iou"), ==, score_in ("small.json", "mean_iou"));
  g_assert_cmpint (run ("--evaluate --init small.safetensors --val b/frames b/labels --report whole.json", NULL), ==, 0);
  g_assert_cmpint (run ("--evaluate --init small.safetensors --val b/frames b/labels --size 32x32 --report again.json", NULL), ==, 0);
  g_assert_cmpfloat (score_in ("again.json", "mean_iou"), ==, score_in ("whole.json", "mean_iou"));
}

static void
assert_refused (const char *line, int code, const char *word)
{
  g_autofree char *messages = NULL;

  g_assert_cmpint (run (line, &messages), ==, code);
  if (strstr (messages, word) == NULL)
    g_error ("“%s” is not in: %s", word, messages);
}

static void
test_refusals (void)
{
  assert_refused ("", 2, "--recipe");
  assert_refused ("--evaluate --val a/frames a/labels", 2, "--init");
  assert_refused ("--train a/frames", 2, "--train");
  assert_refused ("--what 3", 2, "--what");
  assert_refused ("--size 240", 2, "--size");
  assert_refused ("--size 240x180x3", 2, "--size");
  assert_refused ("--size 240x4", 2, "--size");
  assert_refused ("--recipe recipe.json --train none none --classes names.json", 1, "none");
  assert_refused ("--recipe recipe.json --classes names.json", 1, "--train");
  assert_refused ("--recipe recipe.json --train a/frames a/labels", 2, "--classes");
  assert_refused ("--recipe recipe.json --train a/frames a/frames --classes names.json", 1, "holds colours");   /* whichever thread comes to one first */
  assert_refused ("--recipe names.json --train a/frames a/labels --classes names.json", 1, "names.json");
  assert_refused ("--recipe recipe.json --train a/frames a/labels --classes names.json --arch resnet", 1, "resnet");
  assert_refused ("--recipe recipe.json --train a/frames a/labels --classes names.json --init recipe.json", 1, "recipe.json");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  folder = g_dir_make_tmp ("lw-train-folder-XXXXXX", NULL);
  make_frames ("a", 3);
  make_frames ("b", 2);
  g_autofree char *names = make_file ("names.json", "[\"High\", \"Low\"]");
  g_autofree char *recipe = make_file ("recipe.json", "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":12,\"validate_every\":3}");
  g_autofree char *brief = make_file ("short.json", "{\"name\":\"s\",\"batch\":3,\"epochs\":1}");
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", folder);

  g_test_add_func ("/train-folder/course", test_course);
  g_test_add_func ("/train-folder/size", test_size);
  g_test_add_func ("/train-folder/refusals", test_refusals);
  int result = g_test_run ();

  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  return result;
}
