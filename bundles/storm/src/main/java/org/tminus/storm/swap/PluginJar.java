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
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;

/** Makes a bundle of one component from the plugins' classes, so that each plugin can be replaced on its own. */
final class PluginJar {
    private static final String PACKAGE = "org/tminus/storm/plugin/";
    private static final String COMPONENT = "OSGI-INF/plugin.xml";
    private static final List<String> CLASSES = List.of(
            "Misbehaviour",
            "Spoilt",
            "FaultyPolicy",
            "FaultyPolicy$FaultyRun",
            "FaultyPredictor",
            "FaultyBackend",
            "FaultySession",
            "FaultyRun");
    private static final String IMPORTS = "org.tminus.backend;version=\"[1,2)\",org.tminus.failure;version=\"[1,2)\","
            + "org.tminus.model;version=\"[1,2)\",org.tminus.policy;version=\"[1,2)\",org.tminus.predictor;version=\"[1,2)\","
            + "org.tminus.storm.fault;version=\"[1,2)\",org.tminus.tensor;version=\"[1,2)\"";

    private PluginJar() {}

    /**
     * The plugin's service has no ranking of its own, so that a copy can be given one.
     *
     * @param kind what the plugin is
     * @param name the name of its service
     * @param delegate the name of the service that it hands on to
     */
    static void write(Kind kind, String name, String delegate, Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, "org.tminus.storm.plugin." + name);
        main.putValue(Constants.BUNDLE_VERSION, "1.0.0");
        main.putValue(Constants.IMPORT_PACKAGE, IMPORTS);
        main.putValue("Service-Component", COMPONENT);
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            put(jar, COMPONENT, new ByteArrayInputStream(component(kind, name, delegate)));
            for (String type : CLASSES) {
                String entry = PACKAGE + type + ".class";
                InputStream content = PluginJar.class.getClassLoader().getResourceAsStream(entry);
                if (content == null) {
                    throw new IOException("This bundle lacks " + entry);
                }
                try (content) {
                    put(jar, entry, content);
                }
            }
        }
    }

    private static void put(JarOutputStream jar, String name, InputStream content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        content.transferTo(jar);
        jar.closeEntry();
    }

    private static byte[] component(Kind kind, String name, String delegate) {
        String type =
                switch (kind) {
                    case POLICY -> "FaultyPolicy";
                    case PREDICTOR -> "FaultyPredictor";
                    case BACKEND -> "FaultyBackend";
                    case MODEL -> throw new IllegalArgumentException("A model is no plugin");
                };
        return String.format(
                        """
                        <?xml version="1.0" encoding="UTF-8"?>
                        <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="%1$s" deactivate="deactivate" init="2">
                          <property name="tminus.name" type="String" value="%1$s"/>
                          <service><provide interface="%2$s"/></service>
                          <reference name="delegate" interface="%2$s" target="(tminus.name=%3$s)" parameter="0"/>
                          <reference name="faults" interface="org.tminus.storm.fault.FaultSource" parameter="1"/>
                          <implementation class="org.tminus.storm.plugin.%4$s"/>
                        </scr:component>
                        """,
                        name, kind.service(), delegate, type)
                .getBytes(StandardCharsets.UTF_8);
    }
}
