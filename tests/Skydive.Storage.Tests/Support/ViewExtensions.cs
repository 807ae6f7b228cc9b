using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Storage.Tests.Support;

internal static class ViewExtensions
{
    /// <summary>Everything that matters of an element, to compare.</summary>
    public static string Describe(this GraphElement element)
    {
        string ends = element is Edge edge ? $" {edge.Parent}>{edge.Child}" : string.Empty;
        return $"{element.Id}{ends} r{element.Revision} c{element.CreatedAt} u{element.UpdatedAt} d{element.DeletedAt} a{element.ArchivedAt} {element.Host} {element.Origin} {element.Metadata}";
    }

    public static IReadOnlyList<string> Describe(this IGraphView view) =>
        [.. view.GetNodes().Select(Describe), .. view.GetEdges().Select(Describe)];

    /// <summary>id:revision of the nodes.</summary>
    public static IReadOnlyList<string> NodeRevisions(this IGraphView view) => [.. view.GetNodes().Select(static node => $"{node.Id}:{node.Revision}")];
}
