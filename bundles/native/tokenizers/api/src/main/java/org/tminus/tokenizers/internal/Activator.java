/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import java.io.File;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Sends the native library to the container's data folder. */
public final class Activator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        // Below the container's data directory, so that an update of this bundle finds its files again.
        String data = System.getProperty("karaf.data");
        if (data != null) {
            NativeLibrary.keepIn(Path.of(data, "tminus", "native"));
            return;
        }
        @Nullable File own = context.getDataFile("native");
        if (own != null) {
            NativeLibrary.keepIn(own.toPath());
        }
    }

    @Override
    public void stop(BundleContext context) {
        // A native library stays loaded as long as its class loader; there is nothing to undo.
    }
}
