/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.pipeline.Health;
import org.tminus.coordinator.internal.pipeline.Leasable;

/**
 * The call of an execution that was given up, if any: whoever comes second, the one who gives it up or the thread that comes
 * back, settles the plugin's account. Thread-safe.
 */
final class LostCall {
    private @Nullable Leasable target;
    private String name = "";
    private @Nullable Health health;
    private boolean back;

    /** The call was given up; its plugin's account counts it as lost already. @return whether it has come back already */
    synchronized boolean lost(Leasable called, String plugin, @Nullable Health account) {
        target = called;
        name = plugin;
        health = account;
        if (back) {
            settle();
        }
        return back;
    }

    /** The thread has come back from all calls. @return whether one of them had been given up */
    synchronized boolean returned() {
        back = true;
        settle();
        return target != null;
    }

    private void settle() {
        Health account = health;
        if (account != null) {
            health = null;
            account.returned();
        }
    }

    synchronized String name() {
        return name;
    }

    synchronized String target() {
        return String.valueOf(target);
    }
}
