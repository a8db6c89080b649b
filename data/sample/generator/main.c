/* main.c: labelwright-street: renders a drive through a street, with the class of every pixel */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
  double fps, drive;
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
    { "drive", 0, 0, G_OPTION_ARG_DOUBLE, &options->drive, "Lay the street out for so long a drive (as long as the last frame needs)", "SECONDS" },
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
  if (options->out != NULL && options->frames >= 1 && options->first >= 0 && options->fps > 0
      && options->drive >= 0 && *argc == 1)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "give --out DIR, at least one frame and a positive --fps and --drive (see --help)");
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

/* The truth is drawn beside the picture, and a frame is written while the next one is drawn. */
typedef struct {
  Street *street;
  Target target;
  View view;
  float time;
} Drawing;

static gpointer
draw_in_thread (gpointer data)
{
  Drawing *drawing = data;
  draw (drawing->street, &drawing->target, &drawing->view, drawing->time);
  return NULL;
}

typedef struct {
  const Options *options;
  int frame;
  guint8 *rgb, *classes;
  GError *error;
} Writing;

static gpointer
write_in_thread (gpointer data)
{
  Writing *writing = data;
  write_frame (writing->options, writing->frame, writing->rgb, writing->classes, &writing->error);
  return NULL;
}

/* Waits for what is being written and takes its error. */
static gboolean
finish_writing (GThread **thread, Writing *writing, GError **error)
{
  if (*thread == NULL)
    return TRUE;
  g_thread_join (g_steal_pointer (thread));
  if (writing->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&writing->error));
  return FALSE;
}

static void
draw_frame (Drawing *colour, Drawing *truth, float time, const Options *options)
{
  street_set_time (colour->street, time);
  colour->view = truth->view = street_view (colour->street, time, options->width, options->height);
  colour->time = truth->time = time;
  scene_measure (colour->street->scene, &colour->view);
  GThread *beside = g_thread_new ("truth", draw_in_thread, truth);
  draw_in_thread (colour);
  g_thread_join (beside);
}

static gboolean
render (const Options *options, GError **error)
{
  gsize n = (gsize) options->width * (gsize) options->height;
  float end = (float) (options->first + options->frames) / (float) options->fps;
  g_autoptr(Street) street = street_new ((guint64) options->seed, options->drive > 0 ? (float) options->drive : end);
  Random random = random_new ((guint64) options->seed ^ 0x5eedf11e);
  Film film = film_new (&random);
  g_autofree guint8 *rgb = g_new (guint8, 3 * n), *classes = g_new (guint8, n);
  Writing writing = { options, 0, rgb, classes, NULL };
  Drawing colour = { .street = street }, truth = { .street = street };
  GThread *writer = NULL;
  gboolean good = TRUE;
  target_init (&colour.target, options->width, options->height, FALSE);
  target_init (&truth.target, options->width, options->height, TRUE);
  for (int i = 0; good && i < options->frames; i++)
    {
      draw_frame (&colour, &truth, (float) (options->first + i) / (float) options->fps, options);
      good = finish_writing (&writer, &writing, error);
      if (!good)
        break;
      film_develop (&film, &colour.target, &random, rgb);
      memcpy (classes, truth.target.classes, n);
      writing.frame = options->first + i;
      writer = g_thread_new ("writer", write_in_thread, &writing);
    }
  good = finish_writing (&writer, &writing, good ? error : NULL) && good;
  target_release (&colour.target);
  target_release (&truth.target);
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
