/* test-images.c: image files and folders as frame sources: order, orientation, depth, lies */
#include "config.h"
#include "media/frame-source.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <png.h>
#include <string.h>

typedef struct {
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("lw-images-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      if (g_remove (path) != 0)
        g_error ("%s", path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static char *
in_folder (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

/* A picture whose four corners differ: 32 by 16 blocks of red, green, blue and white. */
static GdkPixbuf *
corners (int width, int height)
{
  static const guint32 colours[4] = { 0xff0000ff, 0x00ff00ff, 0x0000ffff, 0xffffffff };
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
  for (int i = 0; i < 4; i++)
    {
      g_autoptr(GdkPixbuf) part = gdk_pixbuf_new_subpixbuf (pixbuf, i % 2 * width / 2, i / 2 * height / 2, width / 2, height / 2);
      gdk_pixbuf_fill (part, colours[i]);
    }
  return pixbuf;
}

static void
save (Fixture *fixture, const char *name, const char *type, int width, int height)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = in_folder (fixture, name);
  g_autoptr(GdkPixbuf) pixbuf = corners (width, height);
  gdk_pixbuf_save (pixbuf, path, type, &error, NULL);
  g_assert_no_error (error);
}

static void
write_bytes (Fixture *fixture, const char *name, const void *bytes, gsize size)
{
  g_autofree char *path = in_folder (fixture, name);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static guint32
pixel (const LwImage *image, int x, int y)
{
  return *(const guint32 *) (gconstpointer) (image->pixels + (gsize) y * image->stride + (gsize) x * 4) & 0xffffff;
}

/* Which of the four colours: JPEG blurs them. */
static char
colour_at (const LwImage *image, int x, int y)
{
  guint32 rgb = pixel (image, x, y);
  gboolean red = (rgb >> 16 & 0xff) > 127, green = (rgb >> 8 & 0xff) > 127, blue = (rgb & 0xff) > 127;
  return red && green && blue ? 'w' : red ? 'r' : green ? 'g' : blue ? 'b' : '?';
}

static LwFrameSource *
open_info (const LwMediaInfo *info)
{
  g_autoptr(GError) error = NULL;
  LwFrameSource *source = lw_frame_source_new (info->kind, info->path, info->index, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lw_frame_source_get_n_frames (source), ==, info->frames->len);
  return source;
}

static LwMediaInfo *
scan (const char *path)
{
  g_autoptr(GError) error = NULL;
  LwMediaInfo *info = lw_media_scan (path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return info;
}

static void
assert_scan_fails (Fixture *fixture, const char *name, int code)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = in_folder (fixture, name);
  g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, &error);
  g_assert_error (error, LW_MEDIA_ERROR, code);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_null (info);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "a2.png", "a10.png", "a010b.png", "b.png", "img1.jpg", "img2.png", "img10.bmp" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    save (fixture, names[i], g_str_has_suffix (names[i], "jpg") ? "jpeg" : g_str_has_suffix (names[i], "bmp") ? "bmp" : "png", 32 + (int) i, 16);
  write_bytes (fixture, "notes.txt", "no image", 8);
  write_bytes (fixture, ".hidden.png", "no image", 8);

  g_autoptr(LwMediaInfo) info = scan (fixture->folder);
  g_autoptr(LwFrameSource) source = open_info (info);
  g_assert_cmpint (info->kind, ==, LW_MEDIA_IMAGES);
  g_assert_cmpuint (info->frames->len, ==, G_N_ELEMENTS (names));
  g_assert_cmpuint (strlen (info->sha256), ==, 64);
  for (guint i = 0; i < info->frames->len; i++)
    {
      const LwFrameInfo *frame = &g_array_index (info->frames, LwFrameInfo, i);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwImage) image = lw_frame_source_read (source, i, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (names[i], frame->name) && names[i][strlen (frame->name)] == '.');
      g_assert_cmpint (frame->width, ==, 32 + (int) i);       /* sizes may differ within a folder */
      g_assert_cmpint (image->width, ==, frame->width);
      g_assert_cmpint (image->height, ==, 16);
      g_assert_cmpint (frame->pts, ==, G_MININT64);
    }
}

/* Puts an EXIF segment behind a JPEG's first marker. */
static void
save_oriented (Fixture *fixture, const char *name, int orientation, gboolean big_endian)
{
  guint8 exif[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
                    0x12, 0x01, 3, 0, 1, 0, 0, 0, (guint8) orientation, 0, 0, 0, 0, 0, 0, 0 };
  const guint8 big[] = { 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (guint8) orientation, 0, 0, 0, 0, 0, 0 };
  if (big_endian)
    memcpy (exif + 10, big, sizeof big);

  gsize size = 0;
  g_autofree char *jpeg = NULL, *path = in_folder (fixture, name);
  save (fixture, name, "jpeg", 64, 32);
  g_assert_true (g_file_get_contents (path, &jpeg, &size, NULL));
  g_autoptr(GByteArray) out = g_byte_array_new ();
  g_byte_array_append (out, (const guint8 *) jpeg, 2);
  g_byte_array_append (out, exif, sizeof exif);
  g_byte_array_append (out, (const guint8 *) jpeg + 2, (guint) size - 2);
  write_bytes (fixture, name, out->data, out->len);
}

static void
test_orientation (Fixture *fixture, gconstpointer data)
{
  /* The corners as shown: top left, top right, bottom left, bottom right; stored they are r g b w. */
  static const char *const shown[9] = { "", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb" };
  for (int i = 1; i <= 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("way%d.jpg", i);
      save_oriented (fixture, name, i, i % 2 == 0);
    }
  g_autoptr(LwMediaInfo) info = scan (fixture->folder);
  g_autoptr(LwFrameSource) source = open_info (info);
  for (guint i = 0; i < 8; i++)
    {
      const LwFrameInfo *frame = &g_array_index (info->frames, LwFrameInfo, i);
      g_autoptr(LwImage) image = lw_frame_source_read (source, i, NULL, NULL);
      g_assert_nonnull (image);
      g_assert_cmpint (image->width, ==, i + 1 >= 5 ? 32 : 64);
      g_assert_cmpint (image->width, ==, frame->width);
      g_assert_cmpint (image->height, ==, frame->height);
      int right = image->width - 4, bottom = image->height - 4;
      const char seen[5] = { colour_at (image, 3, 3), colour_at (image, right, 3), colour_at (image, 3, bottom), colour_at (image, right, bottom), 0 };
      g_assert_cmpstr (seen, ==, shown[i + 1]);
    }
}

static void
test_sixteen_bits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = in_folder (fixture, "deep.png");
  FILE *file = fopen (path, "wb");
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop head = png_create_info_struct (png);
  png_init_io (png, file);
  png_set_IHDR (png, head, 2, 1, 16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, head);
  const guint8 row[12] = { 0x12, 0xff, 0x34, 0x00, 0x56, 0x80, 0xff, 0xff, 0x00, 0x01, 0x80, 0x00 };
  png_write_row (png, row);
  png_write_end (png, head);
  png_destroy_write_struct (&png, &head);
  fclose (file);

  g_autoptr(LwMediaInfo) info = scan (path);
  g_autoptr(LwFrameSource) source = open_info (info);
  g_autoptr(LwImage) image = lw_frame_source_read (source, 0, NULL, NULL);
  g_assert_cmphex (pixel (image, 0, 0), ==, 0x123456);
  g_assert_cmphex (pixel (image, 1, 0), ==, 0xff0080);
  g_assert_cmpstr (g_array_index (info->frames, LwFrameInfo, 0).name, ==, "deep");
}

/* Overwrites a PNG's width and height, with a CRC that fits. */
static void
lie_about_size (Fixture *fixture, const char *name, guint32 width, guint32 height)
{
  gsize size = 0;
  g_autofree char *bytes = NULL, *path = in_folder (fixture, name);
  save (fixture, name, "png", 32, 16);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  guint32 big[2] = { GUINT32_TO_BE (width), GUINT32_TO_BE (height) }, crc = 0xffffffff;
  memcpy (bytes + 16, big, 8);
  for (int i = 12; i < 29; i++)
    {
      crc ^= (guint8) bytes[i];
      for (int k = 0; k < 8; k++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
  crc = GUINT32_TO_BE (~crc);
  memcpy (bytes + 29, &crc, 4);
  write_bytes (fixture, name, bytes, size);
}

static void
test_lies (Fixture *fixture, gconstpointer data)
{
  write_bytes (fixture, "empty.png", "", 0);
  write_bytes (fixture, "text.png", "just some text, not a picture at all", 36);
  write_bytes (fixture, "vector.png", "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'></svg>", 88);
  lie_about_size (fixture, "huge.png", 32768, 32768);
  lie_about_size (fixture, "wide.png", 70000, 1);
  assert_scan_fails (fixture, "empty.png", LW_MEDIA_ERROR_DAMAGED);
  assert_scan_fails (fixture, "text.png", LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (fixture, "vector.png", LW_MEDIA_ERROR_UNSUPPORTED);
  assert_scan_fails (fixture, "huge.png", LW_MEDIA_ERROR_TOO_LARGE);
  assert_scan_fails (fixture, "wide.png", LW_MEDIA_ERROR_TOO_LARGE);
  assert_scan_fails (fixture, "gone.png", LW_MEDIA_ERROR_NOT_FOUND);
}

static void
test_folder_without_images (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwMediaInfo) info = lw_media_scan (fixture->folder, NULL, NULL, NULL, &error);
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED);
}

static void
assert_read_fails (const LwMediaInfo *info, int code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwFrameSource) source = open_info (info);
  g_autoptr(LwImage) image = lw_frame_source_read (source, 0, NULL, &error);
  g_assert_error (error, LW_MEDIA_ERROR, code);
  g_assert_nonnull (strstr (error->message, info->path));
}

static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  static const char *const types[] = { "png", "jpeg", "bmp", "tiff" };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize size = 0;
      g_autofree char *bytes = NULL, *name = g_strdup_printf ("cut.%s", types[i]), *path = in_folder (fixture, name);
      save (fixture, name, types[i], 400, 300);
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      write_bytes (fixture, name, bytes, size * 6 / 10);
      g_autoptr(LwMediaInfo) info = lw_media_scan (path, NULL, NULL, NULL, NULL);
      if (info == NULL)
        {
          assert_scan_fails (fixture, name, LW_MEDIA_ERROR_DAMAGED);    /* a TIFF's directory stands at its end */
          continue;
        }
      g_test_message ("%s", name);
      assert_read_fails (info, LW_MEDIA_ERROR_DAMAGED);
    }
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = in_folder (fixture, "one.png");
  save (fixture, "one.png", "png", 32, 16);
  g_autoptr(LwMediaInfo) info = scan (path);
  save (fixture, "one.png", "png", 34, 16);
  assert_read_fails (info, LW_MEDIA_ERROR_CHANGED);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_read_fails (info, LW_MEDIA_ERROR_NOT_FOUND);
}

static void
test_hostile_index (Fixture *fixture, gconstpointer data)
{
  save (fixture, "one.png", "png", 32, 16);
  g_autoptr(LwMediaInfo) info = scan (fixture->folder);
  gsize size = 0;
  const guint8 *good = g_bytes_get_data (info->index, &size);
  for (int i = 0; i < 2000; i++)
    {
      g_autofree guint8 *bad = g_memdup2 (good, size);
      for (int k = g_test_rand_int_range (1, 4); k > 0; k--)
        bad[g_test_rand_int_range (0, (int) size)] = (guint8) g_test_rand_int_range (0, 256);
      gsize bad_size = g_test_rand_bit () ? size : (gsize) g_test_rand_int_range (0, (int) size);
      g_autoptr(GBytes) index = g_bytes_new (bad, bad_size);
      g_autoptr(LwFrameSource) source = lw_frame_source_new (LW_MEDIA_IMAGES, fixture->folder, index, NULL);
    }
  g_autofree guint8 *escaping = g_memdup2 (good, size);
  memcpy (escaping + size - strlen ("one.png"), "../.png", strlen ("one.png"));
  g_autoptr(GBytes) index = g_bytes_new (escaping, size);
  g_autoptr(GError) error = NULL;
  g_assert_null (lw_frame_source_new (LW_MEDIA_IMAGES, fixture->folder, index, &error));
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED);
}

/* ---- the asynchronous interface ---- */

typedef struct {
  GString *order;              /* one letter for each answer */
  guint left;
} Answers;

typedef struct { Answers *answers; char letter; } Waiter;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Waiter *waiter = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = lw_frame_source_read_finish (LW_FRAME_SOURCE (source), result, &error);
  g_assert_true ((image == NULL) == g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_string_append_c (waiter->answers->order, image != NULL ? waiter->letter : '-');
  waiter->answers->left--;
}

static Waiter *
waiter_new (Answers *answers, char letter)
{
  Waiter *waiter = g_new (Waiter, 1);
  *waiter = (Waiter) { answers, letter };
  answers->left++;
  return waiter;
}

static void
test_async (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 9; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%d.png", i);
      save (fixture, name, "png", 640, 480);
    }
  g_autoptr(LwMediaInfo) info = scan (fixture->folder);
  g_autoptr(LwFrameSource) source = open_info (info);
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  Answers answers = { g_string_new (NULL), 0 };
  for (guint i = 0; i < 4; i++)
    lw_frame_source_thumbnail_async (source, i, 64, NULL, answered_cb, waiter_new (&answers, 't'));
  lw_frame_source_read_async (source, 3, cancelled, answered_cb, waiter_new (&answers, 'x'));
  g_cancellable_cancel (cancelled);
  for (guint i = 0; i < 5; i++)
    lw_frame_source_read_async (source, i, NULL, answered_cb, waiter_new (&answers, (char) ('0' + i)));
  while (answers.left > 0)
    g_main_context_iteration (NULL, TRUE);

  g_test_message ("order: %s", answers.order->str);
  g_assert_cmpuint (answers.order->len, ==, 10);
  g_assert_nonnull (strchr (answers.order->str, '-'));
  g_assert_null (strchr (answers.order->str, 'x'));
  /* The thread may have taken one thumbnail and one read before the others were asked for; those left come newest first, thumbnails last. */
  const char *newest = strchr (answers.order->str, '4');
  g_assert_nonnull (newest);
  g_assert_cmpint (newest - answers.order->str, <=, 3);
  g_assert_cmpint (strrchr (answers.order->str, 't') - answers.order->str, ==, 9);
  g_string_free (answers.order, TRUE);

  g_autoptr(LwImage) kept = lw_frame_source_peek (source, 4);
  g_assert_nonnull (kept);
  for (int i = 0; i < 500 && kept != NULL; i++)        /* two frames are read ahead */
    {
      g_clear_pointer (&kept, lw_image_unref);
      g_autoptr(LwImage) five = lw_frame_source_peek (source, 5);
      if (five != NULL)
        break;
      g_usleep (10 * 1000);
      kept = lw_frame_source_peek (source, 4);
    }
  g_autoptr(LwImage) ahead = lw_frame_source_peek (source, 5);
  g_assert_nonnull (ahead);
}

static void
test_no_such_frame (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  save (fixture, "one.png", "png", 32, 16);
  g_autoptr(LwMediaInfo) info = scan (fixture->folder);
  g_autoptr(LwFrameSource) source = open_info (info);
  g_assert_null (lw_frame_source_read (source, 1, NULL, &error));
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND);
}

static void
test_scan_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  save (fixture, "one.png", "png", 32, 16);
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_media_scan (fixture->folder, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(name, func) g_test_add ("/images/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", test_order);
  ADD ("orientation", test_orientation);
  ADD ("sixteen-bits", test_sixteen_bits);
  ADD ("lies", test_lies);
  ADD ("folder-without-images", test_folder_without_images);
  ADD ("truncated", test_truncated);
  ADD ("changed", test_changed);
  ADD ("hostile-index", test_hostile_index);
  ADD ("async", test_async);
  ADD ("no-such-frame", test_no_such_frame);
  ADD ("scan-cancelled", test_scan_cancelled);
  return g_test_run ();
}
