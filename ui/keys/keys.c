/* keys.c: which keys do what: the defaults, and what the user chose instead */
#include "config.h"
#include "keys/keys.h"

#include <string.h>

#define MAX_LENGTH 64      /* of an accelerator's name */
#define SETTING "keys"

struct _LwKeys
{
  GObject parent_instance;
  GSettings *settings;           /* NULL: the defaults */
  GHashTable *chosen;            /* const LwCommand * → GStrv: what differs */
  GStrv *used;                   /* by command: what it has, after conflicts */
  GHashTable *owners;            /* accelerator → const LwCommand * */
};

G_DEFINE_FINAL_TYPE (LwKeys, lw_keys, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- one key ---- */

static gboolean
parse (const char *accelerator, guint *keyval, GdkModifierType *modifiers)
{
  return strlen (accelerator) <= MAX_LENGTH && gtk_accelerator_parse (accelerator, keyval, modifiers) && *keyval != 0 && *keyval != GDK_KEY_VoidSymbol;
}

/* One spelling for one key. NULL: it is none. */
static char *
canonical (const char *accelerator)
{
  guint keyval;
  GdkModifierType modifiers;
  return parse (accelerator, &keyval, &modifiers) ? gtk_accelerator_name (keyval, modifiers) : NULL;
}

static gboolean
is_modifier (guint keyval)
{
  return (keyval >= GDK_KEY_Shift_L && keyval <= GDK_KEY_Hyper_R) || (keyval >= GDK_KEY_ISO_Lock && keyval <= GDK_KEY_ISO_Last_Group_Lock) ||
         keyval == GDK_KEY_Num_Lock || keyval == GDK_KEY_Scroll_Lock || keyval == GDK_KEY_Mode_switch;
}

static const struct { guint twin, plain; } twins[] = {
  { GDK_KEY_equal, GDK_KEY_plus }, { GDK_KEY_KP_Add, GDK_KEY_plus }, { GDK_KEY_KP_Subtract, GDK_KEY_minus }, { GDK_KEY_KP_Enter, GDK_KEY_Return },
  { GDK_KEY_KP_Left, GDK_KEY_Left }, { GDK_KEY_KP_Right, GDK_KEY_Right }, { GDK_KEY_KP_Up, GDK_KEY_Up }, { GDK_KEY_KP_Down, GDK_KEY_Down },
  { GDK_KEY_KP_Home, GDK_KEY_Home }, { GDK_KEY_KP_End, GDK_KEY_End }, { GDK_KEY_KP_Page_Up, GDK_KEY_Page_Up }, { GDK_KEY_KP_Page_Down, GDK_KEY_Page_Down },
  { GDK_KEY_KP_Delete, GDK_KEY_Delete }, { GDK_KEY_KP_0, GDK_KEY_0 }, { GDK_KEY_KP_1, GDK_KEY_1 }, { GDK_KEY_KP_2, GDK_KEY_2 }, { GDK_KEY_KP_3, GDK_KEY_3 },
  { GDK_KEY_KP_4, GDK_KEY_4 }, { GDK_KEY_KP_5, GDK_KEY_5 }, { GDK_KEY_KP_6, GDK_KEY_6 }, { GDK_KEY_KP_7, GDK_KEY_7 }, { GDK_KEY_KP_8, GDK_KEY_8 },
  { GDK_KEY_KP_9, GDK_KEY_9 },
};

/* Shift is part of a key where it changes nothing but the case (“Shift+N”), and not where it made the character (“{”). */
char *
lw_keys_name (guint keyval, GdkModifierType state, GdkModifierType consumed)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  guint lower = gdk_keyval_to_lower (keyval);
  if (is_modifier (keyval))
    return NULL;
  if (lower == GDK_KEY_ISO_Left_Tab)
    return gtk_accelerator_name (GDK_KEY_Tab, modifiers | GDK_SHIFT_MASK);
  if (lower == gdk_keyval_to_upper (keyval))
    modifiers &= ~(consumed & GDK_SHIFT_MASK);
  return gtk_accelerator_name (lower, modifiers);
}

char *
lw_keys_label (const char *accelerator)
{
  guint keyval;
  GdkModifierType modifiers;
  return parse (accelerator, &keyval, &modifiers) ? gtk_accelerator_get_label (keyval, modifiers) : NULL;
}

/* ---- who has which ---- */

static gsize
index_of (const LwCommand *command)
{
  guint n;
  return (gsize) (command - lw_commands_get (&n));
}

static void
give (LwKeys *self, const LwCommand *command, const char *const *accelerators)
{
  g_autoptr (GStrvBuilder) got = g_strv_builder_new ();
  for (guint i = 0; accelerators[i] != NULL; i++)
    if (g_hash_table_lookup (self->owners, accelerators[i]) == NULL)
      {
        g_hash_table_insert (self->owners, g_strdup (accelerators[i]), (gpointer) command);
        g_strv_builder_add (got, accelerators[i]);
      }
  self->used[index_of (command)] = g_strv_builder_end (got);
}

static GStrv
default_keys (const LwCommand *command)
{
  GStrv keys = g_strsplit (command->keys, " ", -1);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      char *name = canonical (keys[i]);
      g_assert (name != NULL);
      g_free (keys[i]);
      keys[i] = name;
    }
  return keys;
}

/* What was chosen comes first, and keeps the key; a default gives way. */
static void
give_out (LwKeys *self)
{
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  g_hash_table_remove_all (self->owners);
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&self->used[i], g_strfreev);
  for (guint i = 0; i < n; i++)
    {
      const char *const *chosen = g_hash_table_lookup (self->chosen, &commands[i]);
      if (chosen != NULL)
        give (self, &commands[i], chosen);
    }
  for (guint i = 0; i < n; i++)
    if (g_hash_table_lookup (self->chosen, &commands[i]) == NULL)
      {
        g_auto (GStrv) keys = default_keys (&commands[i]);
        give (self, &commands[i], (const char *const *) keys);
      }
  g_signal_emit (self, changed_signal, 0);
}

const char *const *
lw_keys_lookup (LwKeys *self, const LwCommand *command)
{
  return (const char *const *) self->used[index_of (command)];
}

const LwCommand *
lw_keys_find (LwKeys *self, const char *accelerator)
{
  g_autofree char *name = canonical (accelerator);
  return name != NULL ? g_hash_table_lookup (self->owners, name) : NULL;
}

gboolean
lw_keys_is_default (LwKeys *self, const LwCommand *command)
{
  g_auto (GStrv) keys = default_keys (command);
  return g_strv_equal ((const char *const *) keys, lw_keys_lookup (self, command));
}

char *
lw_keys_dup_label (LwKeys *self, const char *id)
{
  const LwCommand *command = lw_commands_find (id);
  const char *const *keys = command != NULL ? lw_keys_lookup (self, command) : NULL;
  return keys != NULL && keys[0] != NULL ? lw_keys_label (keys[0]) : NULL;
}

gboolean
lw_keys_has (LwKeys *self, const char *id, guint keyval, GdkModifierType state)
{
  const char *const *keys = lw_keys_lookup (self, lw_commands_find (id));
  guint wanted, lower = keyval == GDK_KEY_ISO_Left_Tab ? GDK_KEY_Tab : gdk_keyval_to_lower (keyval);
  gboolean made_by_shift = lower == gdk_keyval_to_upper (lower) && gdk_keyval_to_unicode (lower) > ' ';
  GdkModifierType mask = GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | (made_by_shift ? 0 : GDK_SHIFT_MASK), modifiers;
  for (guint i = 0; keys[i] != NULL; i++)
    if (parse (keys[i], &wanted, &modifiers) && wanted == lower &&
        (state == GDK_MODIFIER_MASK || (modifiers & mask) == (state & mask)))
      return TRUE;
  return FALSE;
}

/* ---- what the user chose ---- */

static GStrv
check_keys (const char *const *accelerators)
{
  g_autoptr (GStrvBuilder) checked = g_strv_builder_new ();
  for (guint i = 0; accelerators[i] != NULL && i < LW_KEYS_MOST; i++)
    {
      g_autofree char *name = canonical (accelerators[i]);
      if (name != NULL)
        g_strv_builder_add (checked, name);
    }
  return g_strv_builder_end (checked);
}

static void
read_settings (LwKeys *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, SETTING);
  GVariantIter iter;
  const char *id;
  GVariant *list;
  g_hash_table_remove_all (self->chosen);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&s@as}", &id, &list))
    {
      const LwCommand *command = lw_commands_find (id);
      g_autofree const char **accelerators = g_variant_get_strv (list, NULL);
      if (command != NULL)
        g_hash_table_insert (self->chosen, (gpointer) command, check_keys (accelerators));
      g_variant_unref (list);
    }
  give_out (self);
}

/* The settings tell by "changed"; without any the keys live as long as the program. */
static void
write_settings (LwKeys *self)
{
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  GVariantBuilder builder;
  if (self->settings == NULL)
    {
      give_out (self);
      return;
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sas}"));
  for (guint i = 0; i < n; i++)
    {
      const char *const *chosen = g_hash_table_lookup (self->chosen, &commands[i]);
      if (chosen != NULL)
        g_variant_builder_add (&builder, "{s@as}", commands[i].id, g_variant_new_strv (chosen, -1));
    }
  g_settings_set_value (self->settings, SETTING, g_variant_builder_end (&builder));
}

void
lw_keys_follow (LwKeys *self, GSettings *settings)
{
  if (g_set_object (&self->settings, settings))
    g_signal_connect_object (settings, "changed::" SETTING, G_CALLBACK (read_settings), self, G_CONNECT_SWAPPED);
  read_settings (self);
}

static void
take_from (LwKeys *self, const LwCommand *command, const char *accelerator)
{
  g_autoptr (GStrvBuilder) rest = g_strv_builder_new ();
  const char *const *keys = lw_keys_lookup (self, command);
  for (guint i = 0; keys[i] != NULL; i++)
    if (!g_str_equal (keys[i], accelerator))
      g_strv_builder_add (rest, keys[i]);
  g_hash_table_insert (self->chosen, (gpointer) command, g_strv_builder_end (rest));
}

void
lw_keys_choose (LwKeys *self, const LwCommand *command, const char *const *accelerators)
{
  g_auto (GStrv) defaults = default_keys (command);
  g_auto (GStrv) checked = check_keys (accelerators != NULL ? accelerators : (const char *const *) defaults);
  for (guint i = 0; checked[i] != NULL; i++)
    {
      const LwCommand *owner = lw_keys_find (self, checked[i]);
      if (owner != NULL && owner != command)
        take_from (self, owner, checked[i]);
    }
  if (g_strv_equal ((const char *const *) checked, (const char *const *) defaults))
    g_hash_table_remove (self->chosen, command);
  else
    g_hash_table_insert (self->chosen, (gpointer) command, g_steal_pointer (&checked));
  write_settings (self);
}

void
lw_keys_reset (LwKeys *self)
{
  g_hash_table_remove_all (self->chosen);
  write_settings (self);
}

/* ---- the object ---- */

static void
lw_keys_finalize (GObject *object)
{
  LwKeys *self = LW_KEYS (object);
  guint n;
  lw_commands_get (&n);
  for (guint i = 0; i < n; i++)
    g_strfreev (self->used[i]);
  g_free (self->used);
  g_hash_table_unref (self->owners);
  g_hash_table_unref (self->chosen);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (lw_keys_parent_class)->finalize (object);
}

static void
lw_keys_class_init (LwKeysClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lw_keys_finalize;
  changed_signal = g_signal_new ("changed", LW_TYPE_KEYS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_keys_init (LwKeys *self)
{
  guint n;
  lw_commands_get (&n);
  self->used = g_new0 (GStrv, n);
  self->chosen = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_strfreev);
  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  give_out (self);
}

LwKeys *
lw_keys_get (void)
{
  static LwKeys *keys;
  if (keys == NULL)
    keys = g_object_new (LW_TYPE_KEYS, NULL);
  return keys;
}

/* ---- at work: in a widget ---- */

static gboolean
works_in (const LwCommand *command, LwKeyScope scope)
{
  return !command->held && (command->scope == scope || (scope == LW_KEYS_CANVAS && g_str_has_prefix (command->id, "canvas.")));
}

static gboolean
activate_cb (GtkWidget *widget, GVariant *target, gpointer name)
{
  g_autoptr (GtkShortcutAction) action = gtk_named_action_new (name);
  return gtk_shortcut_action_activate (action, 0, widget, target);
}

/* By a detour: GTK 4.8 tells menus of each shortcut that names an action, and trips where one goes away. What menus show comes from menus.c. */
static void
add_shortcut (GtkShortcutController *controller, const LwCommand *command, guint keyval, GdkModifierType modifiers)
{
  g_autofree char *action = NULL;
  g_autoptr (GVariant) target = NULL;
  gboolean parsed = g_action_parse_detailed_name (command->id, &action, &target, NULL);
  g_assert (parsed);
  GtkShortcut *shortcut = gtk_shortcut_new (gtk_keyval_trigger_new (keyval, modifiers), gtk_callback_action_new (activate_cb, g_steal_pointer (&action), g_free));
  gtk_shortcut_set_arguments (shortcut, target);
  gtk_shortcut_controller_add_shortcut (controller, shortcut);
}

static void
add_key (LwKeys *self, GtkShortcutController *controller, const LwCommand *command, const char *accelerator)
{
  guint keyval;
  GdkModifierType modifiers;
  parse (accelerator, &keyval, &modifiers);
  for (gsize i = 0; i < G_N_ELEMENTS (twins); i++)
    if (twins[i].plain == keyval)
      {
        g_autofree char *twin = gtk_accelerator_name (twins[i].twin, modifiers);
        if (lw_keys_find (self, twin) == NULL)
          add_shortcut (controller, command, twins[i].twin, modifiers);
      }
  add_shortcut (controller, command, keyval, modifiers);
}

static void
fill (GtkShortcutController *controller)
{
  LwKeys *self = lw_keys_get ();
  LwKeyScope scope = (LwKeyScope) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (controller), "lw-scope"));
  guint n;
  const LwCommand *commands = lw_commands_get (&n);
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (controller)); i-- > 0;)
    {
      g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), i);
      gtk_shortcut_controller_remove_shortcut (controller, shortcut);
    }
  for (guint i = 0; i < n; i++)
    {
      const char *const *keys = works_in (&commands[i], scope) ? lw_keys_lookup (self, &commands[i]) : NULL;
      for (guint k = 0; keys != NULL && keys[k] != NULL; k++)
        add_key (self, controller, &commands[i], keys[k]);
    }
}

void
lw_keys_attach (GtkWidget *widget, LwKeyScope scope)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();
  g_object_set_data (G_OBJECT (controller), "lw-scope", GINT_TO_POINTER ((int) scope));
  fill (GTK_SHORTCUT_CONTROLLER (controller));
  g_signal_connect_object (lw_keys_get (), "changed", G_CALLBACK (fill), controller, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, controller);
}
