/* images-reader.c: the frames of an image folder, or of one image */
#include "config.h"
#include "media/reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "media/image-file.h"
#include "media/images-index.h"

typedef struct {
  LwReader base;
  char *path;
  gboolean single;
  GArray *entries;
} ImagesReader;

static char *
entry_path (ImagesReader *self, const LwImageEntry *entry)
{
  return self->single ? g_strdup (self->path) : g_build_filename (self->path, entry->name, NULL);
}

/* The file's bytes, if they are those that were indexed. */
static GBytes *
read_entry (const LwImageEntry *entry, const char *path, GError **error)
{
  guint8 digest[32];
  g_autoptr(GBytes) bytes = lw_file_read (path, LW_IMAGE_FILE_MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;
  lw_hash (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), digest);
  if (g_bytes_get_size (bytes) == entry->size && memcmp (digest, entry->hash, sizeof entry->hash) == 0)
    return g_steal_pointer (&bytes);
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED,
               _("“%s” is no longer the image that was added to the project: put the original back, or add the new one as another medium"), path);
  return NULL;
}

static LwImage *
read_image (ImagesReader *self, guint ordinal, int max_side, GError **error)
{
  const LwImageEntry *entry = &g_array_index (self->entries, LwImageEntry, ordinal);
  g_autofree char *path = entry_path (self, entry);
  g_autoptr(GBytes) bytes = read_entry (entry, path, error);
  g_autoptr(LwImage) image = bytes != NULL ? lw_image_file_decode (bytes, path, max_side, error) : NULL;
  if (image == NULL || max_side > 0 || (image->width == entry->width && image->height == entry->height))
    return g_steal_pointer (&image);
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("“%s” is %d by %d pixels large, not %d by %d as its header says"), path,
               image->width, image->height, entry->width, entry->height);
  return NULL;
}

static LwImage *
images_read (LwReader *reader, guint ordinal, const LwReaderSink *sink, GCancellable *cancellable, GError **error)
{
  return read_image ((ImagesReader *) reader, ordinal, 0, error);
}

static LwImage *
images_thumbnail (LwReader *reader, guint ordinal, int max_side, GCancellable *cancellable, GError **error)
{
  return read_image ((ImagesReader *) reader, ordinal, max_side, error);
}

static GBytes *
images_read_file (LwReader *reader, guint ordinal, GError **error)
{
  ImagesReader *self = (ImagesReader *) reader;
  const LwImageEntry *entry = &g_array_index (self->entries, LwImageEntry, ordinal);
  g_autofree char *path = entry_path (self, entry);
  return read_entry (entry, path, error);
}

static void
images_free (LwReader *reader)
{
  ImagesReader *self = (ImagesReader *) reader;
  g_array_unref (self->entries);
  g_free (self->path);
  g_free (self);
}

LwReader *
lw_images_reader_new (const char *path, GBytes *index, GError **error)
{
  static const LwReaderClass klass = { images_read, images_thumbnail, NULL, images_free, images_read_file };
  gboolean single = FALSE;
  GArray *entries = lw_images_index_read (index, &single, error);
  if (entries == NULL)
    return NULL;
  ImagesReader *self = g_new0 (ImagesReader, 1);
  self->base.klass = &klass;
  self->base.n_frames = entries->len;
  self->path = g_strdup (path);
  self->single = single;
  self->entries = entries;
  return &self->base;
}
