/* fixture.c: makes a project as the program does, from pictures written for it */
#include "config.h"
#include "fixture.h"
#include "common/png.h"
#include <glib/gstdio.h>
#include <string.h>

static void
write_picture (const char *path, int width, int height, int n)
{
  g_autofree guint8 *rgb = g_malloc ((gsize) width * (gsize) height * 3);
  g_autoptr(GError) error = NULL;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel = rgb + ((gsize) y * (gsize) width + (gsize) x) * 3;
        pixel[0] = (guint8) (x * 255 / width);
        pixel[1] = (guint8) (y * 255 / height);
        pixel[2] = (guint8) ((x * 7 + y * 13 + n * 50) & 63);
      }
  lw_png_write_rgb (path, rgb, width, height, (gsize) width * 3, &error);
  g_assert_no_error (error);
}

static void
list_frames (Fixture *self)
{
  g_autoptr(GError) error = NULL;

  self->frames = lw_project_list_frames (self->project, &error);
  g_assert_no_error (error);
}

Fixture *
fixture_new (int width, int height, int n)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_palette_load ("camvid11", &error);
  g_assert_no_error (error);

  self->root = g_dir_make_tmp ("labelwright-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *pictures = g_build_filename (self->root, "pictures", NULL), *folder = g_build_filename (self->root, "project", NULL);
  g_assert_cmpint (g_mkdir (pictures, 0700), ==, 0);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("frame_%d.png", i), *path = g_build_filename (pictures, name, NULL);
      write_picture (path, width, height, i);
    }

  self->project = lw_project_create (folder, palette, &error);
  g_assert_no_error (error);
  g_autoptr(LwMediaInfo) info = lw_media_scan (pictures, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  lw_project_add_media (self->project, info, &(LwAddOptions) { 0 }, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  list_frames (self);
  g_assert_cmpuint (self->frames->len, ==, n);
  return self;
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? g_dir_open (path, 0, NULL) : NULL;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

void
fixture_free (Fixture *self)
{
  g_clear_object (&self->project);
  g_ptr_array_unref (self->frames);
  remove_tree (self->root);
  g_free (self->root);
  g_free (self);
}

const LwFrame *
fixture_frame (Fixture *self, guint n)
{
  return self->frames->pdata[n];
}

void
fixture_reopen (Fixture *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_strdup (lw_project_get_folder (self->project));

  lw_project_close (self->project, &error);
  g_assert_no_error (error);
  g_clear_object (&self->project);
  self->project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  g_clear_pointer (&self->frames, g_ptr_array_unref);
  list_frames (self);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Blocks for at most 10 ms. */
void
fixture_turn (void)
{
  guint id = g_timeout_add (10, wake_cb, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

gint64
fixture_turn_timed (void)
{
  gint64 start = g_get_monotonic_time ();

  fixture_turn ();
  return MIN (g_get_monotonic_time () - start, G_USEC_PER_SEC / 10);
}

LwDocument *
fixture_open (Fixture *self, guint n)
{
  LwDocument *document = lw_document_new (self->project);

  lw_document_open (document, fixture_frame (self, n));
  fixture_wait (!lw_document_is_loading (document) && lw_document_get_palette (document)->classes->len > 0);
  return document;
}

void
fixture_assert_planes (const LwPlanes *a, const LwPlanes *b)
{
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    g_assert_true (lw_label_map_equal (a->plane[plane], b->plane[plane]));
}

LwPlanes *
fixture_stored_planes (Fixture *self, guint n)
{
  g_autoptr(GError) error = NULL;
  LwPlanes *planes = lw_project_load_planes (self->project, fixture_frame (self, n)->id, NULL, &error);

  g_assert_no_error (error);
  return planes;
}

/* The store asks only that its file exists. */
static gint64
add_model (Fixture *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (self->root, "model.safetensors", NULL);
  LwModel model = { .name = (char *) "Proposer", .architecture = (char *) "fcn8s-lite", .classes = (char *) "[\"Sky\", \"Building\"]" };

  g_assert_true (g_file_set_contents (file, "weights", -1, NULL));
  gint64 id = lw_project_add_model (self->project, &model, file, &error);
  g_assert_no_error (error);
  return id;
}

void
fixture_propose (Fixture *self, LwDocument *document, const LwLabelMap *map)
{
  g_autoptr(GError) error = NULL;
  LwProposal *proposal = g_new0 (LwProposal, 1);

  if (self->model == 0)
    self->model = add_model (self);
  proposal->model = self->model;
  proposal->frame = lw_document_get_frame (document)->id;
  proposal->map = lw_label_map_copy (map);
  proposal->confidence = lw_label_map_new ((map->width + 3) / 4, (map->height + 3) / 4);
  for (int y = 0; y < proposal->confidence->height; y++)
    memset (lw_label_map_row (proposal->confidence, y), 200, (gsize) proposal->confidence->width);
  proposal->created = g_get_real_time ();
  lw_project_set_proposal (self->project, proposal, &error);
  g_assert_no_error (error);
  lw_document_set_proposal (document, proposal);
  fixture_wait (lw_document_get_proposal (document) == proposal);
}
