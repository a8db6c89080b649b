/* video-index.c: what a scan found out about a video, packet by packet
 *
 * Little-endian: "LWVI", version 1 (16 bits), flags (16: 1 sought by bytes), file size (64), stream, time base's numerator and denominator,
 * width, height, orientation and number of packets (32 each); then for each packet pts, dts and position (64 each), size and ordinal
 * (32 each), key (8) and hash (16 bytes). */
#include "config.h"
#include "media/video-index.h"

#include <glib/gi18n-lib.h>
#include "label/label-map.h"
#include "media/bytes.h"
#include "media/frame-source.h"

#define VERSION 1
#define FLAG_BYTES 1
#define PACKET_BYTES 49

LwVideoIndex *
lw_video_index_new (void)
{
  LwVideoIndex *index = g_new0 (LwVideoIndex, 1);
  index->packets = g_array_new (FALSE, FALSE, sizeof (LwVideoPacket));
  index->frames = g_array_new (FALSE, FALSE, sizeof (guint32));
  index->keys = g_array_new (FALSE, FALSE, sizeof (guint32));
  index->by_hash = g_array_new (FALSE, FALSE, sizeof (guint32));
  index->orientation = 1;
  return index;
}

void
lw_video_index_free (LwVideoIndex *index)
{
  if (index == NULL)
    return;
  g_array_unref (index->packets);
  g_array_unref (index->frames);
  g_array_unref (index->keys);
  g_array_unref (index->by_hash);
  g_free (index);
}

static int
compare_hashes (gconstpointer a, gconstpointer b, gpointer data)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;
  int order = memcmp (lw_video_index_packet (data, left)->hash, lw_video_index_packet (data, right)->hash, LW_HASH_PREFIX);
  return order != 0 ? order : left < right ? -1 : left > right;
}

gboolean
lw_video_index_finish (LwVideoIndex *index)
{
  guint n = index->packets->len, n_frames = 0;
  for (guint32 i = 0; i < n; i++)
    n_frames += lw_video_index_packet (index, i)->ordinal != LW_NO_ORDINAL;
  g_array_set_size (index->frames, n_frames);
  memset (index->frames->data, 0xff, sizeof (guint32) * n_frames);
  for (guint32 i = 0; i < n; i++)
    {
      const LwVideoPacket *packet = lw_video_index_packet (index, i);
      g_array_append_val (index->by_hash, i);
      if (packet->ordinal == LW_NO_ORDINAL)
        continue;
      if (packet->ordinal >= n_frames || g_array_index (index->frames, guint32, packet->ordinal) != G_MAXUINT32)
        return FALSE;
      g_array_index (index->frames, guint32, packet->ordinal) = i;
      if (packet->key)
        g_array_append_val (index->keys, i);
    }
  g_array_sort_with_data (index->by_hash, compare_hashes, index);
  return n_frames > 0;
}

/* The last of @keys that is not after @packet; -1: none. */
static gint64
last_key (const LwVideoIndex *index, guint32 packet)
{
  gint64 low = -1, high = (gint64) index->keys->len - 1;
  while (low < high)
    {
      gint64 middle = (low + high + 1) / 2;
      if (g_array_index (index->keys, guint32, middle) <= packet)
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

guint
lw_video_index_start (const LwVideoIndex *index, guint ordinal, guint back)
{
  gint64 key = last_key (index, g_array_index (index->frames, guint32, ordinal));
  while (key >= 0 && lw_video_index_packet (index, g_array_index (index->keys, guint32, key))->ordinal > ordinal)
    key--;
  key -= back;
  return key > 0 ? g_array_index (index->keys, guint32, key) : 0;
}

gint64
lw_video_index_find (const LwVideoIndex *index, const guint8 hash[LW_HASH_PREFIX], guint32 size, gint64 pos, gint64 dts)
{
  guint low = 0, high = index->by_hash->len;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (memcmp (lw_video_index_packet (index, g_array_index (index->by_hash, guint32, middle))->hash, hash, LW_HASH_PREFIX) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  gint64 alone = -1, placed = -1, timed = -1;
  guint n_equal = 0, n_placed = 0, n_timed = 0;
  for (guint i = low; i < index->by_hash->len; i++)
    {
      guint32 number = g_array_index (index->by_hash, guint32, i);
      const LwVideoPacket *packet = lw_video_index_packet (index, number);
      if (memcmp (packet->hash, hash, LW_HASH_PREFIX) != 0 || packet->size != size)
        break;
      n_equal++, alone = number;
      if (pos >= 0 && packet->pos == pos)
        n_placed++, placed = number;
      if (dts != LW_NO_TIME && packet->dts == dts)
        n_timed++, timed = number;
    }
  return n_placed == 1 ? placed : n_equal == 1 ? alone : n_timed == 1 ? timed : -1;
}

/* ---- on disk ---- */

GBytes *
lw_video_index_write (const LwVideoIndex *index)
{
  const int numbers[] = { index->stream, index->tb_num, index->tb_den, index->width, index->height, index->orientation, (int) index->packets->len };
  GByteArray *out = g_byte_array_sized_new (64 + index->packets->len * PACKET_BYTES);
  g_byte_array_append (out, (const guint8 *) "LWVI", 4);
  lw_bytes_put (out, VERSION, 2);
  lw_bytes_put (out, index->seeks_bytes ? FLAG_BYTES : 0, 2);
  lw_bytes_put (out, index->file_size, 8);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    lw_bytes_put (out, (guint64) numbers[i], 4);
  for (guint i = 0; i < index->packets->len; i++)
    {
      const LwVideoPacket *packet = lw_video_index_packet (index, i);
      lw_bytes_put (out, (guint64) packet->pts, 8);
      lw_bytes_put (out, (guint64) packet->dts, 8);
      lw_bytes_put (out, (guint64) packet->pos, 8);
      lw_bytes_put (out, packet->size, 4);
      lw_bytes_put (out, packet->ordinal, 4);
      lw_bytes_put (out, packet->key, 1);
      g_byte_array_append (out, packet->hash, sizeof packet->hash);
    }
  return g_byte_array_free_to_bytes (out);
}

static void
read_packet (LwBytes *in, LwVideoIndex *index)
{
  LwVideoPacket packet = { .pts = (gint64) lw_bytes_get (in, 8) };
  packet.dts = (gint64) lw_bytes_get (in, 8);
  packet.pos = (gint64) lw_bytes_get (in, 8);
  packet.size = (guint32) lw_bytes_get (in, 4);
  packet.ordinal = (guint32) lw_bytes_get (in, 4);
  packet.key = lw_bytes_get (in, 1) != 0;
  memcpy (packet.hash, lw_bytes_take (in, sizeof packet.hash), sizeof packet.hash);
  g_array_append_val (index->packets, packet);
}

static gboolean
is_plausible (const LwVideoIndex *index)
{
  return index->stream >= 0 && index->tb_num > 0 && index->tb_den > 0 && index->width > 0 && index->height > 0 && index->width <= LW_MAX_SIDE
         && index->height <= LW_MAX_SIDE && index->orientation >= 1 && index->orientation <= 8;
}

LwVideoIndex *
lw_video_index_read (GBytes *bytes, GError **error)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  LwBytes in = { data, size, FALSE };
  g_autoptr(LwVideoIndex) index = lw_video_index_new ();
  int *const numbers[] = { &index->stream, &index->tb_num, &index->tb_den, &index->width, &index->height, &index->orientation };

  gboolean good = memcmp (lw_bytes_take (&in, 4), "LWVI", 4) == 0 && lw_bytes_get (&in, 2) == VERSION;
  index->seeks_bytes = (lw_bytes_get (&in, 2) & FLAG_BYTES) != 0;
  index->file_size = lw_bytes_get (&in, 8);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *numbers[i] = (int) (gint32) lw_bytes_get (&in, 4);
  guint64 n = lw_bytes_get (&in, 4);
  good = good && !in.failed && is_plausible (index) && in.left % PACKET_BYTES == 0 && n == in.left / PACKET_BYTES;
  for (guint64 i = 0; good && i < n; i++)
    read_packet (&in, index);
  if (good && !in.failed && lw_video_index_finish (index))
    return g_steal_pointer (&index);
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_DAMAGED, _("The index of a video is damaged: remove the medium and add it again"));
  return NULL;
}
