/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.pytorch.internal;

import java.io.File;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Sends JavaCPP's extracted natives to the bundle's data folder instead of the user's home. */
public final class Activator implements BundleActivator {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    @Override
    public void start(BundleContext context) {
        @Nullable File folder = context.getDataFile("natives");
        // An operator who has set it knows better.
        if (folder != null && System.getProperty(CACHE) == null) {
            System.setProperty(CACHE, folder.getPath());
        }
    }

    @Override
    public void stop(BundleContext context) {
        // A native library stays loaded as long as its class loader; there is nothing to undo.
    }
}
