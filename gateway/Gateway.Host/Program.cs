using Gateway.Failover;
using Gateway.Host.CommandLine;
using Gateway.Host.Dashboard;
using Gateway.Host.Demo;
using Gateway.Host.Files;
using Gateway.Host.Logging;

return await Launch.RunAsync(args, async arguments =>
{
    var builder = WebApplication.CreateBuilder();
    builder.AddFiles(arguments);
    builder.AddDemo(arguments);
    builder.AddLogging();
    builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy")).AddFailover();

    await using var app = builder.Build();
    app.WatchFiles();
    app.UseRouting();
    app.UseDashboard();
    app.MapReverseProxy();
    app.MapFailover();
    await app.RunDemoAsync();
});
