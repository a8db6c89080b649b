/* class-keys.h: which class the keys that were pressed select: "1", or two such as "g 1" */
#pragma once

#include "label/palette.h"

/* Plain: the keys pressed so far, and when. */
typedef struct
{
  char *first;           /* the first key of a shortcut of two, NULL: none is pending */
  gint64 since;          /* monotonic */
} LwClassKeys;

#define LW_CLASS_KEYS_TIMEOUT_MS 2000      /* after that the first key is forgotten */

typedef enum { LW_CLASS_KEY_NONE, LW_CLASS_KEY_PENDING, LW_CLASS_KEY_FOUND } LwClassKeyResult;

/* @key: the character typed, as text. @now: monotonic, µs. Found: @class_id is set. */
LwClassKeyResult lw_class_keys_press (LwClassKeys *keys, const LwPalette *palette, const char *key, gint64 now, guint8 *class_id);
/* Returns: (transfer full): the class that @key selects, alone or with another one after it; NULL: none */
char *lw_class_keys_dup_claim (const LwPalette *palette, const char *key);
void lw_class_keys_clear (LwClassKeys *keys);
