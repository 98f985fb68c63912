// Keeps the kind that was asked for, in the package that was asked for.
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths

Path project = Paths.get(request.outputDirectory, request.artifactId)
String kind = request.properties['kind']
String pack = request.properties['package']
String name = request.properties['pluginName']
String folder = pack.replace('.', '/')

def move = { Path from, Path to ->
    if (!Files.exists(from)) {
        return
    }
    from.toFile().eachFileRecurse { file ->
        if (file.isFile()) {
            Path target = to.resolve(from.relativize(file.toPath()).toString())
            Files.createDirectories(target.parent)
            Files.move(file.toPath(), target)
        }
    }
}

move(project.resolve(kind).resolve('main'), project.resolve('src/main/java').resolve(folder))
move(project.resolve(kind).resolve('test'), project.resolve('src/test/java').resolve(folder))
if (kind == 'backend') {
    Path engine = project.resolve('engine/com/example/tminus/javabackend')
    engine.toFile().eachFileRecurse { file ->
        if (file.isFile()) {
            file.text = file.text
                .replace('com.example.tminus.javabackend', pack)
                .replace('Backend.NAME + "=java"', 'Backend.NAME + "=' + name + '"')
        }
    }
    move(engine, project.resolve('src/main/java').resolve(folder))
}
['backend', 'policy', 'predictor', 'engine'].each { project.resolve(it).toFile().deleteDir() }
