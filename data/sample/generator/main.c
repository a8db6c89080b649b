/* main.c: labelwright-street: renders a drive through a street, with the class of every pixel */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/png.h"
#include "film.h"
#include "street.h"

#define N_CLASSES 11

/* CamVid's colours, so that a label map shows as one expects. */
static const guint8 palette[N_CLASSES][3] = {
  { 128, 128, 128 }, { 128, 0, 0 }, { 192, 192, 128 }, { 128, 64, 128 }, { 0, 0, 192 }, { 128, 128, 0 },
  { 192, 128, 128 }, { 64, 64, 128 }, { 64, 0, 128 }, { 64, 64, 0 }, { 0, 128, 192 },
};

typedef struct {
  gint64 seed;
  int frames, first, width, height;
  double fps;
  char *out, *name;
} Options;

static gboolean
parse_size (const char *option, const char *value, gpointer data, GError **error)
{
  Options *options = data;
  int used = 0;
  if (sscanf (value, "%dx%d%n", &options->width, &options->height, &used) == 2 && value[used] == '\0' && options->width >= 32
      && options->height >= 32 && options->width <= 4096 && options->height <= 4096)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "“%s” is no size: give WIDTHxHEIGHT, 32 to 4096 each, for instance 480x360", value);
  return FALSE;
}

static gboolean
parse (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "Which street (1)", "N" },
    { "frames", 0, 0, G_OPTION_ARG_INT, &options->frames, "How many frames (100)", "N" },
    { "first", 0, 0, G_OPTION_ARG_INT, &options->first, "Render from this frame of the drive on (0)", "N" },
    { "fps", 0, 0, G_OPTION_ARG_DOUBLE, &options->fps, "Frames a second of the drive (12)", "N" },
    { "size", 0, 0, G_OPTION_ARG_CALLBACK, parse_size, "Size of a frame (480x360)", "WxH" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options->out, "Folder for frames/ and labels/", "DIR" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &options->name, "What the files’ names start with: NAME_000000.png", "NAME" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new ("- render a street with exact labels");
  GOptionGroup *group = g_option_group_new ("street", "", "", options, NULL);
  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->out != NULL && options->frames >= 1 && options->first >= 0 && options->fps > 0 && *argc == 1)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "give --out DIR, at least one frame and a positive --fps (see --help)");
  return FALSE;
}

static void
draw (Street *street, Target *target, const View *view, float time)
{
  target_clear (target);
  scene_draw_solid (street->scene, target, view, &street->light);
  draw_ground (target, view, &street->light, &street->ground);
  scene_draw_shadows (street->scene, target, view, &street->light);
  draw_sky (target, view, &street->light, time * 0.01f);
  scene_draw_blended (street->scene, target, view, &street->light);
}

static gboolean
write_frame (const Options *options, int frame, const guint8 *rgb, const guint8 *classes, GError **error)
{
  g_autofree char *file = options->name != NULL ? g_strdup_printf ("%s_%06d.png", options->name, frame) : g_strdup_printf ("%04d.png", frame);
  g_autofree char *picture = g_build_filename (options->out, "frames", file, NULL);
  g_autofree char *labels = g_build_filename (options->out, "labels", file, NULL);
  return lw_png_write_rgb (picture, rgb, options->width, options->height, (gsize) options->width * 3, error)
         && lw_png_write_index (labels, classes, options->width, options->height, (gsize) options->width, palette, N_CLASSES, error);
}

static gboolean
render (const Options *options, GError **error)
{
  float end = (float) (options->first + options->frames) / (float) options->fps;
  g_autoptr(Street) street = street_new ((guint64) options->seed, end);
  Random random = random_new ((guint64) options->seed ^ 0x5eedf11e);
  Film film = film_new (&random);
  g_autofree guint8 *rgb = g_new (guint8, 3 * options->width * options->height);
  Target colour, truth;
  target_init (&colour, options->width, options->height, FALSE);
  target_init (&truth, options->width, options->height, TRUE);

  gboolean good = TRUE;
  for (int i = 0; good && i < options->frames; i++)
    {
      float time = (float) (options->first + i) / (float) options->fps;
      View view = street_view (street, time, options->width, options->height);
      street_set_time (street, time);
      scene_measure (street->scene, &view);
      draw (street, &colour, &view, time);
      draw (street, &truth, &view, time);
      film_develop (&film, &colour, &random, rgb);
      good = write_frame (options, options->first + i, rgb, truth.classes, error);
    }
  target_release (&colour);
  target_release (&truth);
  return good;
}

static gboolean
make_folder (const char *parent, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);
  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "can’t make the folder “%s”", path);
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  Options options = { .seed = 1, .frames = 100, .width = 480, .height = 360, .fps = 12 };
  gboolean used_rightly = parse (&options, &argc, &argv, &error);
  if (used_rightly && make_folder (options.out, "frames", &error) && make_folder (options.out, "labels", &error) && render (&options, &error))
    return EXIT_SUCCESS;
  g_printerr ("labelwright-street: %s\n", error->message);
  return used_rightly ? EXIT_FAILURE : 2;
}
