/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Manifest;

/** The bundles that are on the class path, as jars or as folders of a build. */
final class ClassPath {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private ClassPath() {}

    /** Where the bundle of this symbolic name is. */
    static Optional<Path> find(String symbolicName) throws IOException {
        return Optional.ofNullable(all().get(symbolicName));
    }

    private static Map<String, Path> all() throws IOException {
        Map<String, Path> bundles = new LinkedHashMap<>();
        for (URL url : Collections.list(ClassPath.class.getClassLoader().getResources(MANIFEST))) {
            try (var in = url.openStream()) {
                String name = new Manifest(in).getMainAttributes().getValue("Bundle-SymbolicName");
                if (name != null) {
                    bundles.putIfAbsent(Clause.parse(name).get(0).names().get(0), place(url));
                }
            }
        }
        return bundles;
    }

    private static Path place(URL manifest) throws IOException {
        try {
            if (manifest.openConnection() instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            String text = manifest.toString();
            return Path.of(new URI(text.substring(0, text.length() - MANIFEST.length())));
        } catch (URISyntaxException e) {
            throw new IOException("A place on the class path cannot be read: " + manifest, e);
        }
    }
}
