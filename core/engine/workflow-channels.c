/* workflow-channels.c: whether a base model's channels serve a project, and which ones do where they don't */
#include "config.h"
#include "workflow-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/json.h"

#define MAX_CLASSES_BYTES (1u << 20)

static LwChannels *
channels_alloc (void)
{
  LwChannels *channels = g_new0 (LwChannels, 1);
  channels->names = g_ptr_array_new_with_free_func (g_free);
  channels->base_channels = g_array_new (FALSE, FALSE, sizeof (int));
  memset (channels->channel_of, LW_LABEL_NONE, sizeof channels->channel_of);
  return channels;
}

void
lw_channels_free (LwChannels *channels)
{
  if (channels == NULL)
    return;
  g_ptr_array_unref (channels->names);
  g_array_unref (channels->base_channels);
  g_free (channels);
}

static void
add (LwChannels *channels, const char *name, int base_channel)
{
  g_ptr_array_add (channels->names, g_strdup (name));
  g_array_append_val (channels->base_channels, base_channel);
}

/* class id → the base model's channel, or LW_LABEL_NONE. Where two channels mean one class, the first. */
static gboolean
invert (LwProject *project, const char *base_classes, guint8 channel_of[256], GError **error)
{
  guint8 table[256];
  memset (channel_of, LW_LABEL_NONE, 256);
  if (base_classes == NULL)
    return TRUE;
  if (!lw_project_map_channels (project, base_classes, table, error))
    return FALSE;
  for (int channel = LW_LABEL_NONE - 1; channel >= 0; channel--)
    if (table[channel] != LW_LABEL_NONE)
      channel_of[table[channel]] = (guint8) channel;
  return TRUE;
}

static gboolean
all_known (const LwScoredClasses *scored, const guint64 used[256], const guint8 channel_of[256])
{
  for (guint i = 0; i < scored->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (scored->classes, i);
      if (used[class->id] > 0 && channel_of[class->id] == LW_LABEL_NONE)
        return FALSE;
    }
  return TRUE;
}

static gboolean
keep_base (LwChannels *channels, const char *base_classes, GError **error)
{
  g_autoptr(LwJson) names = lw_json_parse (base_classes, strlen (base_classes), MAX_CLASSES_BYTES, _("the model’s classes"), error);
  if (names == NULL)
    return FALSE;
  for (gsize i = 0; i < json_object_array_length (names); i++)
    add (channels, json_object_get_string (json_object_array_get_idx (names, i)), (int) i);
  channels->kept = TRUE;
  return TRUE;
}

LwChannels *
lw_channels_new (LwProject *project, const LwScoredClasses *scored, const char *base_classes, const guint64 used[256], GError **error)
{
  g_autoptr(LwChannels) channels = channels_alloc ();
  guint8 base_channel_of[256];
  if (!invert (project, base_classes, base_channel_of, error))
    return NULL;
  gboolean keep = base_classes != NULL && all_known (scored, used, base_channel_of);
  if (keep && !keep_base (channels, base_classes, error))
    return NULL;
  for (guint i = 0; i < scored->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (scored->classes, i);
      guint8 base = base_channel_of[class->id];
      channels->channel_of[class->id] = keep ? base : (guint8) i;
      if (!keep)
        add (channels, class->name, base == LW_LABEL_NONE ? -1 : base);
    }
  if (channels->names->len >= 2)
    return g_steal_pointer (&channels);
  g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("A network needs at least two classes that are not ignored. Add classes to the project."));
  return NULL;
}
