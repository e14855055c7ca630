/**
 * Settings: where they come from, which keys exist, what their values must be. Values are checked
 * and normalised here, once, so that nothing behind them checks again. Defaults do not live here
 * but in {@code config/application.properties}; nothing here knows what a setting is for.
 */
@NullMarked
package org.epdrouter.settings;

import org.jspecify.annotations.NullMarked;
