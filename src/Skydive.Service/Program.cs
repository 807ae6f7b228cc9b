using Skydive.Service.Commands;

return await CommandLine.Create().Parse(args).InvokeAsync().ConfigureAwait(false);
