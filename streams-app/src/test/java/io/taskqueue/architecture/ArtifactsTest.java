package io.taskqueue.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What is published together has one version, and an application that imports the BOM gets all of it and nothing else. */
class ArtifactsTest {

    private static final Path ROOT = Path.of("..");

    /** The service, which is an image, and the BOM itself. */
    private static final Set<String> NOT_A_DEPENDENCY = Set.of("taskqueue-streams-app", "taskqueue-bom");

    private final XPath xpath = XPathFactory.newInstance().newXPath();

    @Test
    void theBomHasEachPublishedArtifact() throws Exception {
        Set<String> published = new TreeSet<>();
        for (String module : texts("pom.xml", "/project/modules/module")) {
            String pom = module + "/pom.xml";
            String artifact = texts(pom, "/project/artifactId").get(0);
            boolean skipped =
                    texts(pom, "/project/properties/maven.deploy.skip").contains("true");
            if (!skipped && !NOT_A_DEPENDENCY.contains(artifact)) {
                published.add(artifact);
            }
        }

        assertThat(published).contains("taskqueue-connector", "taskqueue-streams");
        assertThat(texts("bom/pom.xml", "/project/dependencyManagement/dependencies/dependency/artifactId"))
                .as("Add what is published to bom/pom.xml, or set maven.deploy.skip in the module")
                .containsExactlyInAnyOrderElementsOf(published);
    }

    @Test
    void theBomBringsNoVersionsOfOtherProjects() throws Exception {
        assertThat(texts("bom/pom.xml", "/project/parent")).isEmpty();
        assertThat(texts("bom/pom.xml", "/project/dependencyManagement/dependencies/dependency/groupId"))
                .containsOnly("io.taskqueue");
    }

    @Test
    void everythingNamesTheSameVersion() throws Exception {
        String version = texts("pom.xml", "/project/version").get(0);

        assertThat(texts("bom/pom.xml", "/project/version")).containsExactly(version);
        assertThat(texts("bom/pom.xml", "/project/properties/project.build.outputTimestamp"))
                .isEqualTo(texts("pom.xml", "/project/properties/project.build.outputTimestamp"));
        assertThat(found("taskqueue", "(?m)^version=(.+)$")).containsExactly(version);
        assertThat(found("examples/run", "taskqueue-examples-(.+?)\\.jar")).containsExactly(version);
        assertThat(found("docs/getting-started.md", "<version>(.+?)</version>")).containsOnly(version);
    }

    private List<String> texts(String file, String path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Document document =
                factory.newDocumentBuilder().parse(ROOT.resolve(file).toFile());
        return texts((NodeList) evaluate(path, document));
    }

    private Object evaluate(String path, Document document) throws XPathExpressionException {
        return xpath.evaluate(path, document, XPathConstants.NODESET);
    }

    private static List<String> texts(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(index -> nodes.item(index).getTextContent().strip())
                .toList();
    }

    private static Set<String> found(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(ROOT.resolve(file)))
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());
    }
}
