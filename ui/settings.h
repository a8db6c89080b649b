/* settings.h: the program's GSettings, found also where it was installed under a prefix of its own */
#pragma once

#include <gio/gio.h>

/* FALSE: the schema is not installed; the message says what to do. */
gboolean lw_settings_init (GError **error);
/* (transfer none): one for the whole program; lw_settings_init() must have succeeded. */
GSettings *lw_settings_get (void);
