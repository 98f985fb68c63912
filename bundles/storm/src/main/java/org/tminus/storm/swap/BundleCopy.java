/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;

/** A second bundle of the same code: under another symbolic name, and its service with another name or ranking. */
final class BundleCopy {
    private static final Pattern NAME =
            Pattern.compile("<property name=\"tminus.name\" type=\"String\" value=\"([^\"]*)\"/>");

    private BundleCopy() {}

    /**
     * @param suffix what is added to the symbolic name
     * @param name the {@code tminus.name} of the copy's service; null to keep the name, or names
     * @param ranking of the copy's services
     */
    static void write(Path original, Path copy, String suffix, @Nullable String name, int ranking) throws IOException {
        try (JarFile jar = new JarFile(original.toFile())) {
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw new ZipException(original + " has no manifest");
            }
            String symbolicName = manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            manifest.getMainAttributes().putValue(Constants.BUNDLE_SYMBOLICNAME, symbolicName + suffix);
            Set<String> components = Set.of(
                    manifest.getMainAttributes().getValue("Service-Component").split("\\s*,\\s*", -1));
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(copy), manifest)) {
                for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                    JarEntry entry = entries.nextElement();
                    if (!entry.isDirectory() && !entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        put(jar, entry, out, components.contains(entry.getName()), name, ranking);
                    }
                }
            }
        }
    }

    private static void put(
            JarFile jar, JarEntry entry, JarOutputStream out, boolean component, @Nullable String name, int ranking)
            throws IOException {
        out.putNextEntry(new JarEntry(entry.getName()));
        try (InputStream content = jar.getInputStream(entry)) {
            if (component) {
                String xml = new String(content.readAllBytes(), StandardCharsets.UTF_8);
                new ByteArrayInputStream(changed(xml, name, ranking).getBytes(StandardCharsets.UTF_8)).transferTo(out);
            } else {
                content.transferTo(out);
            }
        }
        out.closeEntry();
    }

    static String changed(String xml, @Nullable String name, int ranking) {
        String unranked = xml.replaceAll("<property name=\"service.ranking\"[^>]*/>", "");
        Matcher matcher = NAME.matcher(unranked);
        return matcher.replaceFirst(found -> Matcher.quoteReplacement(
                "<property name=\"tminus.name\" type=\"String\" value=\"" + (name == null ? found.group(1) : name)
                        + "\"/><property name=\"service.ranking\" type=\"Integer\" value=\"" + ranking + "\"/>"));
    }
}
