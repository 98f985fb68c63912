/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.models.internal.archive.EntrySource;

/** What makes a bundle a model, and nothing but a model. */
final class ModelBundles {
    /** The header that says so; its value is the version of this rule. */
    static final String HEADER = "Tminus-Model";

    static final String HEADER_VALUE = "1";
    static final String MANIFEST_FOLDER = "META-INF/";
    static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String NAME_PREFIX = "tminus.model.";
    private static final String LOCATION_PREFIX = "tminus-model:";

    /** Headers that only describe. Any other could bring code, or attach the bundle to something that does. */
    private static final Set<String> HARMLESS = Set.of(
            "manifest-version",
            "created-by",
            "built-by",
            "build-jdk",
            "build-jdk-spec",
            "bnd-lastmodified",
            "tool",
            "archiver-version",
            "bundle-manifestversion",
            "bundle-symbolicname",
            "bundle-version",
            "bundle-name",
            "bundle-description",
            "bundle-vendor",
            "bundle-license",
            "bundle-copyright",
            "bundle-docurl",
            "bundle-contactaddress",
            "bundle-category",
            "bundle-developers",
            "bundle-scm",
            "tminus-model");

    private ModelBundles() {}

    static String symbolicName(String modelName) {
        return NAME_PREFIX + modelName;
    }

    static String location(String modelName, Version version) {
        return LOCATION_PREFIX + modelName + "/" + version;
    }

    /** Whether the bundle claims to be a model. */
    static boolean isClaimed(Bundle bundle) {
        return bundle.getHeaders("").get(HEADER) != null;
    }

    /** Whether the bundle is one of this model, whatever its state. */
    static boolean isOf(Bundle bundle, String modelName, Version version) {
        return isClaimed(bundle)
                && symbolicName(modelName).equals(bundle.getSymbolicName())
                && version.equals(bundle.getVersion());
    }

    /**
     * The entries of a bundle that claims to be a model.
     *
     * @throws ModelFormatException if it brings anything else
     */
    static EntrySource open(Bundle bundle) throws ModelFormatException {
        Dictionary<String, String> headers = bundle.getHeaders("");
        if (!HEADER_VALUE.equals(headers.get(HEADER))) {
            throw refused("its header " + HEADER + " must be " + HEADER_VALUE + ", found "
                    + EntryNames.printable(String.valueOf(headers.get(HEADER))));
        }
        for (String header : Collections.list(headers.keys())) {
            if (!HARMLESS.contains(header.toLowerCase(Locale.ROOT))) {
                throw refused("its manifest has the header " + EntryNames.printable(header)
                        + ", which could bring code; a model brings none");
            }
        }
        // A fragment or another's extender sees these names as well, so nothing but the entries may be there.
        Set<String> names = new LinkedHashSet<>();
        for (String path : paths(bundle, "/")) {
            if (EntryNames.isKnown(path)) {
                names.add(path);
            } else if (!path.equals(MANIFEST_FOLDER)) {
                throw refused("it has the entry '" + EntryNames.printable(path) + "', which a model cannot have");
            }
        }
        for (String path : paths(bundle, MANIFEST_FOLDER)) {
            if (!path.equals(MANIFEST)) {
                throw refused("it has the entry '" + EntryNames.printable(path) + "', which a model cannot have");
            }
        }
        return new BundleEntries(bundle, Set.copyOf(names));
    }

    private static List<String> paths(Bundle bundle, String folder) {
        Enumeration<String> paths = bundle.getEntryPaths(folder);
        return paths == null ? List.of() : Collections.list(paths);
    }

    private static ModelFormatException refused(String reason) {
        return new ModelFormatException(
                "The bundle is no acceptable model: " + reason + ".",
                "Install the .tminus file instead; the platform makes the bundle itself.");
    }

    /** The symbolic name as the framework wants it: closed to fragments. */
    static String symbolicNameHeader(String modelName) {
        return symbolicName(modelName) + ";" + Constants.FRAGMENT_ATTACHMENT_DIRECTIVE + ":=\""
                + Constants.FRAGMENT_ATTACHMENT_NEVER + "\"";
    }

    private record BundleEntries(Bundle bundle, Set<String> names) implements EntrySource {
        @Override
        public InputStream open(String name) throws IOException {
            URL url = bundle.getEntry(name);
            if (url == null) {
                throw new IOException("The bundle " + bundle + " no longer has the entry " + name);
            }
            return url.openStream();
        }
    }
}
