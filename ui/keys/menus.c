/* menus.c: the keys beside the items of a menu */
#include "config.h"
#include "keys/keys.h"

#define DATA "lw-keys"

/* NULL: no key, or no action. */
static char *
find_key (GMenuItem *item)
{
  g_autoptr (GVariant) target = g_menu_item_get_attribute_value (item, G_MENU_ATTRIBUTE_TARGET, NULL);
  g_autofree char *name = NULL, *id = NULL;
  if (!g_menu_item_get_attribute (item, G_MENU_ATTRIBUTE_ACTION, "s", &name))
    return NULL;
  id = g_action_print_detailed_name (name, target);
  const LwCommand *command = lw_commands_find (id);
  return command != NULL ? g_strdup (lw_keys_lookup (lw_keys_get (), command)[0]) : NULL;
}

/* Items never change: one with another key takes the place of the old one. */
static void
refresh (GMenu *menu)
{
  for (int i = 0; i < g_menu_model_get_n_items (G_MENU_MODEL (menu)); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (G_MENU_MODEL (menu), i, G_MENU_LINK_SECTION);
      g_autoptr (GMenuItem) item = g_menu_item_new_from_model (G_MENU_MODEL (menu), i);
      g_autofree char *key = find_key (item), *shown = NULL;
      if (G_IS_MENU (section))
        refresh (G_MENU (section));
      g_menu_item_get_attribute (item, "accel", "s", &shown);
      if (g_strcmp0 (key, shown) == 0)
        continue;
      g_menu_item_set_attribute (item, "accel", key != NULL ? "s" : NULL, key);
      g_menu_remove (menu, i);
      g_menu_insert_item (menu, i, item);
    }
}

void
lw_keys_show_in_menu (GMenu *menu)
{
  if (g_object_get_data (G_OBJECT (menu), DATA) == NULL)
    g_signal_connect_object (lw_keys_get (), "changed", G_CALLBACK (refresh), menu, G_CONNECT_SWAPPED);
  g_object_set_data (G_OBJECT (menu), DATA, menu);
  refresh (menu);
}
