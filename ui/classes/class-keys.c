/* class-keys.c: which class the keys that were pressed select: "1", or two such as "g 1" */
#include "config.h"
#include "class-keys.h"

#include <string.h>

static LwClass *
find_shortcut (const LwPalette *palette, const char *shortcut)
{
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *klass = palette->classes->pdata[i];
      if (klass->shortcut != NULL && g_ascii_strcasecmp (klass->shortcut, shortcut) == 0)
        return klass;
    }
  return NULL;
}

static gboolean
begins_shortcut (const LwPalette *palette, const char *key)
{
  gsize length = strlen (key);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const char *shortcut = ((LwClass *) palette->classes->pdata[i])->shortcut;
      if (shortcut != NULL && g_ascii_strncasecmp (shortcut, key, length) == 0 && shortcut[length] == ' ')
        return TRUE;
    }
  return FALSE;
}

/* A key that begins one of two keys is taken as well. */
char *
lw_class_keys_dup_claim (const LwPalette *palette, const char *key)
{
  gsize length = strlen (key);
  for (guint i = 0; i < palette->classes->len && length > 0; i++)
    {
      LwClass *klass = palette->classes->pdata[i];
      if (klass->shortcut != NULL && g_ascii_strncasecmp (klass->shortcut, key, length) == 0 && (klass->shortcut[length] == ' ' || klass->shortcut[length] == '\0'))
        return g_strdup (klass->name);
    }
  return NULL;
}

void
lw_class_keys_clear (LwClassKeys *keys)
{
  g_clear_pointer (&keys->first, g_free);
}

LwClassKeyResult
lw_class_keys_press (LwClassKeys *keys, const LwPalette *palette, const char *key, gint64 now, guint8 *class_id)
{
  LwClass *found = NULL;
  if (keys->first != NULL && now - keys->since > LW_CLASS_KEYS_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND)
    lw_class_keys_clear (keys);
  if (keys->first != NULL)
    {
      g_autofree char *both = g_strconcat (keys->first, " ", key, NULL);
      found = find_shortcut (palette, both);
      lw_class_keys_clear (keys);
    }
  if (found == NULL)
    found = find_shortcut (palette, key);
  if (found != NULL)
    {
      *class_id = found->id;
      return LW_CLASS_KEY_FOUND;
    }
  if (!begins_shortcut (palette, key))
    return LW_CLASS_KEY_NONE;
  keys->first = g_strdup (key);
  keys->since = now;
  return LW_CLASS_KEY_PENDING;
}
