/* keys-page.h: the page of the preferences that lists every action and changes its keys */
#pragma once

#include <adwaita.h>

#define LW_TYPE_KEYS_PAGE (lw_keys_page_get_type ())
G_DECLARE_FINAL_TYPE (LwKeysPage, lw_keys_page, LW, KEYS_PAGE, AdwPreferencesPage)
