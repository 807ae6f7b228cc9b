using Skydive.Client.Walks;

namespace Skydive;

/// <summary>Whether a path is there and as it has to be.</summary>
public sealed class PathTest
{
    internal PathTest(Node source, string destination, Path? path, IReadOnlyList<PathProblem> problems)
    {
        Source = source;
        Destination = destination;
        Path = path;
        Problems = [.. problems];
    }

    /// <summary>Whether it is there and all is well.</summary>
    public bool Passed => Problems.Length == 0;

    /// <summary>Where it begins.</summary>
    public Node Source { get; }

    /// <summary>Where it should end, as it was asked for.</summary>
    public string Destination { get; }

    /// <summary>The path; null when there is none.</summary>
    public Path? Path { get; }

    /// <summary>What is not as it has to be.</summary>
    public PathProblem[] Problems { get; }

    /// <summary>All problems in one text, or the path.</summary>
    public string Message => Passed ? $"{Path}" : string.Join("; ", Problems.Select(static problem => problem.Message));

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
