/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

/** How names from a file are shown in messages. */
final class Names {
    private static final int LONGEST = 100;

    private Names() {}

    /** Shortened, and without control characters: names come from strangers and go to terminals. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < name.length() && i < LONGEST; i++) {
            char c = name.charAt(i);
            shown.append(Character.isISOControl(c) ? '?' : c);
        }
        return name.length() > LONGEST ? shown.append('…').toString() : shown.toString();
    }
}
