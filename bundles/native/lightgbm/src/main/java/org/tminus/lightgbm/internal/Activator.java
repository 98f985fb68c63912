/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.lightgbm.internal;

import java.io.File;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.tminus.lightgbm.LightGbmLibrary;

/** Sends the natives to the bundle's data folder instead of the temporary one. */
public final class Activator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        @Nullable File folder = context.getDataFile("natives");
        if (folder != null) {
            LightGbmLibrary.extractTo(folder.toPath());
        }
    }

    @Override
    public void stop(BundleContext context) {
        // A native library stays loaded as long as its class loader; there is nothing to undo.
    }
}
