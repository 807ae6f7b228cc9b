using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Skydive.Graph.Tests")]
