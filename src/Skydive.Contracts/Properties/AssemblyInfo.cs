using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Skydive.Graph")]
[assembly: InternalsVisibleTo("Skydive.Storage")]
[assembly: InternalsVisibleTo("Skydive.Contracts.Tests")]
