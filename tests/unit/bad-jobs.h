/* SPDX-License-Identifier: MIT */
/*
 * Bad jobs and what is said about them, one row a job: a part of Config, where it goes, and a line
 * "code path: message" for each problem. For test-job.c only.
 *
 * JSON is in single quotes. In the lines "@" stands for the OverrideParams of the only output,
 * "OutputGroups[0].Outputs[0].OverrideParams.", and "%" for "OutputGroups[0].Outputs".
 */
#pragma once

typedef enum {
    CONFIG,    /* the whole of Config */
    INPUTS,    /* its Inputs, with one good output */
    GROUPS,    /* OutputGroups, with the inputs video and dub, which has the selector dub-ja */
    OUTPUTS,   /* the Outputs of one good group, below the folder out */
    FLAT,      /* Outputs without groups */
    OVER,      /* the OverrideParams of one output of Video-360P */
    OVER_H265, /* the same of Video-360P-H265 */
    VIDEO,     /* the Video in there */
    AUDIO,     /* the Audio */
    AUDIOS,    /* the Audios */
} BadPlace;

typedef struct {
    BadPlace place;
    const char *json, *problems;
} BadJob;

static const BadJob bad_jobs[] = {
    {CONFIG, "[]", "InvalidParameter : must be a JSON object\n"},
    {CONFIG, "{}",
     "MissingParameter Inputs: is required\n"
     "MissingParameter OutputGroups: is required, or Outputs: this job makes "
     "nothing\n"},
    {CONFIG, "{'Inputs':[],'OutputGroups':[],'Outputs':[]}",
     "InvalidParameter.EmptyValue Inputs: must not be empty\n"
     "MissingParameter OutputGroups: is required, or Outputs: this job makes "
     "nothing\n"},
    {CONFIG, "{'Inputs':null,'Output':[]}",
     "InvalidParameter.NullValue Inputs: must not be null\n"
     "InvalidParameter Output: is not a known key; did you mean \"Outputs\"?\n"
     "MissingParameter OutputGroups: is required, or Outputs: this job makes "
     "nothing\n"},
    {CONFIG, "{'Inputs':{},'Outputs':7}",
     "InvalidParameter Inputs: must be an array, not {}\n"
     "InvalidParameter Outputs: must be an array, not 7\n"},
    {CONFIG,
     "{'JobName':'0123456789012345678901234567890123456789012345678901234567890123x',"
     "'UserData':'x','ScheduleConfig':{}}",
     "InvalidParameter.OutOfRange JobName: must be at most 64 bytes long, not 65\n"
     "MissingParameter Inputs: is required\n"
     "InvalidParameter UserData: is not a known key\n"
     "InvalidParameter ScheduleConfig: is not a known key\n"
     "MissingParameter OutputGroups: is required, or Outputs: this job makes "
     "nothing\n"},
    {INPUTS, "[7]", "InvalidParameter Inputs[0]: must be an object\n"},
    {INPUTS, "[{'Name':'video'}]", "MissingParameter Inputs[0].InputFile: is required\n"},
    {INPUTS, "[{'Name':'','InputFile':{}}]",
     "InvalidParameter.EmptyValue Inputs[0].Name: must not be empty\n"
     "MissingParameter Inputs[0].InputFile.Media: is required\n"},
    {INPUTS, "[{'Name':'a\\nb','InputFile':{'Media':''}}]",
     "InvalidParameter Inputs[0].Name: must not have control characters, such as "
     "0x0a here\n"
     "InvalidParameter.EmptyValue Inputs[0].InputFile.Media: must not be empty\n"},
    {INPUTS, "[{'InputFile':{'Type':'S3','Media':'a.mp4','Medium':1}}]",
     "InvalidParameter Inputs[0].InputFile.Type: must be OSS or Media, not \"S3\"\n"
     "InvalidParameter Inputs[0].InputFile.Medium: is not a known key; did you mean "
     "\"Media\"?\n"},
    {INPUTS, "[{'InputFile':'a.mp4'}]",
     "InvalidParameter Inputs[0].InputFile: must be an object, not \"a.mp4\"\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'}},{'Name':'a',"
     "'InputFile':{'Media':'b.mp4'}}]",
     "InvalidParameter Inputs[1].Name: \"a\" is already the name of Inputs[0]\n"},
    {INPUTS, "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{}]}]",
     "MissingParameter Inputs[0].AudioSelector[0].Name: is required\n"
     "MissingParameter Inputs[0].AudioSelector[0].Rule: is required\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'tag'}]}]",
     "MissingParameter Inputs[0].AudioSelector[0].TagConfig: is required with Rule "
     "tag\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'tag','TagConfig':{'Language':'jpn'}}]}]",
     "MissingParameter Inputs[0].AudioSelector[0].TagConfig.language: is required\n"
     "InvalidParameter Inputs[0].AudioSelector[0].TagConfig.Language: is not a "
     "known key; did you mean \"language\"?\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'index','TagConfig':{'language':'jpn'}}]}]",
     "InvalidParameter Inputs[0].AudioSelector[0].TagConfig: has no effect with "
     "Rule index; leave it out\n"
     "MissingParameter Inputs[0].AudioSelector[0].Index: is required with Rule "
     "index\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'track','Index':1,'Track':-1}]}]",
     "InvalidParameter.OutOfRange Inputs[0].AudioSelector[0].Track: must be from 0 "
     "to 4294967295, not -1\n"
     "InvalidParameter Inputs[0].AudioSelector[0].Index: has no effect with Rule "
     "track; leave it out\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'first','Index':'x'}]}]",
     "InvalidParameter Inputs[0].AudioSelector[0].Rule: must be one of tag, index, "
     "track, not \"first\"\n"
     "InvalidParameter Inputs[0].AudioSelector[0].Index: must be a whole number, "
     "not \"x\"\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'index','Index':0},{'Name':'s','Rule':'index','Index':1}]}]",
     "InvalidParameter Inputs[0].AudioSelector[1].Name: \"s\" is already the name of "
     "Inputs[0].AudioSelector[0]\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'}},{'Name':'b',"
     "'InputFile':{'Media':'b.mp4'},'AudioSelector':[{'Name':'a','Rule':'index',"
     "'Index':0}]}]",
     "InvalidParameter Inputs[1].AudioSelector[0].Name: \"a\" is the name of another "
     "input, Inputs[0]\n"},
    {GROUPS, "[{}]",
     "MissingParameter OutputGroups[0].GroupConfig: is required\n"
     "MissingParameter %: is required\n"},
    {GROUPS, "['x']", "InvalidParameter OutputGroups[0]: must be an object\n"},
    {GROUPS, "[{'GroupConfig':{},'Outputs':[]}]",
     "MissingParameter OutputGroups[0].GroupConfig.Type: is required\n"
     "InvalidParameter.EmptyValue %: must not be empty\n"
     "MissingParameter OutputGroups[0].GroupConfig.OutputFileBase: is required\n"},
    {GROUPS,
     "[{'GroupConfig':{'Type':'Hls','ManifestName':'m','OutputFileBase':{}},"
     "'Outputs':[{'OutputFileName':'a'}]}]",
     "InvalidParameter.NotSupported OutputGroups[0].GroupConfig.Type: Hls is not "
     "supported by this version of Polymux; it must be File\n"
     "MissingParameter OutputGroups[0].GroupConfig.OutputFileBase.Media: is "
     "required\n"
     "InvalidParameter.NotSupported OutputGroups[0].GroupConfig.ManifestName: is "
     "not supported by this version of Polymux; leave it out\n"},
    {GROUPS,
     "[{'GroupConfig':{'Type':'Files','OutputFileBase':{'Media':'out'}},"
     "'Outputs':[{'OutputFileName':'a','HlsGroupConfig':{'Bandwidth':1}}]}]",
     "InvalidParameter OutputGroups[0].GroupConfig.Type: must be File, not \"Files\"\n"
     "InvalidParameter.NotSupported %[0].HlsGroupConfig: is not supported by this "
     "version of Polymux; leave it out\n"},
    {OUTPUTS, "[{}]", "MissingParameter %[0].OutputFileName: is required\n"},
    {OUTPUTS, "[{'OutputFileName':7,'Priority':11,'Name':''}]",
     "InvalidParameter.EmptyValue %[0].Name: must not be empty\n"
     "InvalidParameter %[0].OutputFileName: must be a string, not 7\n"
     "InvalidParameter.OutOfRange %[0].Priority: must be from 1 to 10, not 11\n"},
    {OUTPUTS, "[{'OutputFileName':'a','OutputFile':'b'}]",
     "InvalidParameter %[0].OutputFile: says the same as OutputFileName; leave one "
     "of them out\n"},
    {OUTPUTS, "[{'OutputFileName':'../a'}]",
     "InvalidParameter %[0].OutputFileName: must not have \"..\" in it: outputs stay "
     "below OutputFileBase\n"},
    {OUTPUTS,
     "[{'OutputFileName':'video/'},{'OutputFileName':'.'},"
     "{'OutputFileName':'a/.mp4'},{'OutputFileName':''}]",
     "InvalidParameter %[0].OutputFileName: must name a file, not a folder\n"
     "InvalidParameter %[1].OutputFileName: must name a file, not a folder\n"
     "InvalidParameter %[2].OutputFileName: must have a name before the extension\n"
     "InvalidParameter.EmptyValue %[3].OutputFileName: must not be empty\n"},
    {OUTPUTS, "[{'OutputFileName':'a\\u0007'}]",
     "InvalidParameter %[0].OutputFileName: must not have control characters, such "
     "as 0x07 here\n"},
    {OUTPUTS, "[{'OutputFileName':'a\\u0000b'}]",
     "InvalidParameter %[0].OutputFileName: must be a string, not \"a\\u0000b\"\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a'},{'OutputFileName':'b'},{'OutputFileName':'./a.mp4'},"
     "{'OutputFileName':'/x/..y/../a.MP4'}]",
     "InvalidParameter %[3].OutputFileName: must not have \"..\" in it: outputs stay "
     "below OutputFileBase\n"
     "InvalidParameter %[2].OutputFileName: \"out/./a.mp4\" is the same file as "
     "%[0].OutputFileName; give it another name\n"},
    {OUTPUTS, "[{'OutputFileName':'x//a'},{'OutputFile':'x/./a.mp4'}]",
     "InvalidParameter %[1].OutputFile: \"out/x/./a.mp4\" is the same file as "
     "%[0].OutputFileName; give it another name\n"},
    {OUTPUTS, "[{'OutputFileName':'a','TemplateId':'Video-36OP'}]",
     "InvalidParameter.ResourceNotFound %[0].TemplateId: no template has the id "
     "\"Video-36OP\"; did you mean \"Video-360P\"?\n"},
    {OUTPUTS, "[{'OutputFileName':'a','TemplateId':'S00000001-100020'}]",
     "InvalidParameter.ResourceNotFound %[0].TemplateId: no template has the id "
     "\"S00000001-100020\"; did you mean \"S00000001-100021\"?\n"},
    {OUTPUTS, "[{'OutputFileName':'a','TemplateId':360}]",
     "InvalidParameter %[0].TemplateId: must be a string, not 360\n"},
    {OUTPUTS, "[{'OutputFileName':'a','OverrideParams':'{'}]",
     "InvalidParameter %[0].OverrideParams: must be an object or a string that "
     "holds one as JSON: string or '}' expected near end of file at line 1, column "
     "1\n"},
    {OUTPUTS, "[{'OutputFileName':'a','OverrideParams':[]}]",
     "InvalidParameter %[0].OverrideParams: must be a JSON object\n"},
    {OUTPUTS, "[{'OutputFileName':'a','OverrideParams':7}]",
     "InvalidParameter %[0].OverrideParams: must be a JSON object\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a','Features':{'Clip':{'TimeSpan':{'Seek':1}},"
     "'Watermark':[]}}]",
     "InvalidParameter %[0].Features.Watermark: is not a known key; did you mean "
     "\"Watermarks\"?\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a.mp4','TemplateId':'Video-360P','OverrideParams':{'Video':{'Remove':true}},"
     "'Features':{'Watermarks':[{'Type':'Text','Content':'x'}]}}]",
     "InvalidParameter %[0].Features.Watermarks: has no effect where Video.Remove is true; leave "
     "one of them out\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a.mp4','TemplateId':'Video-360P','OverrideParams':{'Video':{'Codec':'copy'}},"
     "'Features':{'Watermarks':[{'Type':'Text','Content':'x'}]}}]",
     "InvalidParameter %[0].Features.Watermarks: has no effect where Video.Codec is copy; leave "
     "one of them out\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a.mp4','OverrideParams':{'Remux':true},"
     "'Features':{'Watermarks':[{'Type':'Text','Content':'x'}]}}]",
     "InvalidParameter %[0].Features.Watermarks: has no effect where every stream is copied "
     "(Remux); leave one of them out\n"},
    {OUTPUTS, "[{'OutputFileName':'a','Features':'{\\'Metadata\\':{\\'a\\':7}}'}]",
     "InvalidParameter %[0].Features.Metadata.a: must be a string\n"},
    {OUTPUTS, "[{'OutputFileName':'../in'},{'OutputFileName':'a','Template':'x'}]",
     "InvalidParameter %[0].OutputFileName: must not have \"..\" in it: outputs stay "
     "below OutputFileBase\n"
     "InvalidParameter %[1].Template: is not a known key; did you mean "
     "\"TemplateId\"?\n"
     "InvalidParameter %[0].OutputFileName: \"out/../in.mp4\" is the same file as "
     "Inputs[0].InputFile.Media; give it another name\n"},
    {FLAT, "[{}]", "MissingParameter Outputs[0].OutputFile: is required\n"},
    {FLAT, "[{'OutputFile':'a.mp4'}]",
     "InvalidParameter Outputs[0].OutputFile: must be an object, not \"a.mp4\"\n"},
    {FLAT, "[{'OutputFile':{'Media':'out/'}},{'OutputFile':{'Type':'Disk','Media':'a'}}]",
     "InvalidParameter Outputs[0].OutputFile.Media: must name a file, not a folder\n"
     "InvalidParameter Outputs[1].OutputFile.Type: must be OSS or Media, not \"Disk\"\n"},
    {FLAT, "[{'OutputFile':{'Media':'in.mp4'}},{'OutputFile':{'Media':'./x/../dub'}}]",
     "InvalidParameter Outputs[0].OutputFile.Media: \"in.mp4\" is the same file as "
     "Inputs[0].InputFile.Media; give it another name\n"
     "InvalidParameter Outputs[1].OutputFile.Media: \"./x/../dub.mp4\" is the same "
     "file as Inputs[1].InputFile.Media; give it another name\n"},
    {FLAT,
     "[{'OutputFile':{'Media':'file:///o/a%20b.mp4'}},{'OutputFile':{'Media':'/o//a "
     "b'}},{'OutputFile':{'Media':'HTTP://h/x'}},"
     "{'OutputFile':{'Media':'http://h//x.mp4'}}]",
     "InvalidParameter Outputs[1].OutputFile.Media: \"/o//a b.mp4\" is the same file "
     "as Outputs[0].OutputFile.Media; give it another name\n"
     "InvalidParameter Outputs[3].OutputFile.Media: \"http://h//x.mp4\" is the same "
     "file as Outputs[2].OutputFile.Media; give it another name\n"},
    {FLAT, "[{'OutputFile':{'Media':'a'},'OutputFileName':'a','HlsGroupConfig':{}}]",
     "InvalidParameter Outputs[0].OutputFileName: is not a known key; did you mean "
     "\"OutputFile\"?\n"
     "InvalidParameter Outputs[0].HlsGroupConfig: is not a known key\n"},
    {OVER, "{'Container':{'Format':'cmaf'}}",
     "InvalidParameter.NotSupported @Container.Format: cmaf is not supported by this "
     "version of Polymux; it must be one of mp4, mov, m4a, mkv, webm, ts, flv, mp3, "
     "ogg, flac, wav, mxf, gif, webp\n"},
    {OVER, "{'Container':{'Format':'mp5'},'Muxconfig':{}}",
     "InvalidParameter @Container.Format: must be one of mp4, mov, m4a, mkv, webm, ts, flv, "
     "mp3, ogg, flac, wav, mxf, gif, webp, not \"mp5\"\n"
     "InvalidParameter @Muxconfig: is not a known key; did you mean \"MuxConfig\"?\n"},
    {OVER, "{'MuxConfig':{'Segment':{'Duration':10}},'Subtitles':[{'Codec':'VTT'}]}",
     "InvalidParameter.NotSupported @MuxConfig: is not supported by this version of "
     "Polymux; leave it out\n"
     "MissingParameter @Subtitles[0].InputRef: is required\n"
     "InvalidParameter.NotSupported @Subtitles[0].Codec: mp4 files carry mov_text, not "
     "VTT; choose another codec or another Container.Format\n"},
    {OVER,
     "{'TransConfig':{'TransMode':'twopass','AdjDarMethod':'squeeze',"
     "'IsCheckReso':'yes','IsCheckVideoBitrate':true}}",
     "InvalidParameter @TransConfig.IsCheckReso: must be true or false, not \"yes\"\n"
     "InvalidParameter @TransConfig.AdjDarMethod: must be one of none, rescale, crop, pad, not "
     "\"squeeze\"\n"},
    {OVER,
     "{'TransConfig':{'TransMode':'best','AdjDar':'none',"
     "'IsCheckAudioBitrate':'true'}}",
     "InvalidParameter @TransConfig.TransMode: must be one of CBR, onepass, twopass, fixCRF, not "
     "\"best\"\n"
     "InvalidParameter @TransConfig.AdjDar: is not a known key; did you mean "
     "\"AdjDarMethod\"?\n"},
    {VIDEO, "{'Codec':'GIF'}",
     "InvalidParameter.NotSupported @Video.Codec: mp4 files carry H.264, H.265 or AV1, not GIF; "
     "choose another codec or another Container.Format\n"},
    {VIDEO, "{'Codec':'H264'}",
     "InvalidParameter @Video.Codec: must be one of H.264, H.265, AV1, GIF, WEBP, copy, not \"H264\"\n"},
    {VIDEO, "{'Profile':'high10','Crf':52,'Preset':'fastest','PixFmt':'yuv422p10le'}",
     "InvalidParameter @Video.Profile: must be one of baseline, main, high, not "
     "\"high10\"\n"
     "InvalidParameter.OutOfRange @Video.Crf: must be from 0 to 51, not 52\n"
     "InvalidParameter @Video.Preset: must be one of ultrafast, superfast, veryfast,"
     " faster, fast, medium, slow, slower, veryslow, placebo, or for AV1 a number from 0 to 13, "
     "not \"fastest\"\n"
     "InvalidParameter.NotSupported @Video.PixFmt: yuv422p10le is not supported by "
     "this version of Polymux; it must be one of yuv420p, yuv420p10le\n"},
    {VIDEO, "{'Preset':'14'}",
     "InvalidParameter @Video.Preset: must be one of ultrafast, superfast, veryfast,"
     " faster, fast, medium, slow, slower, veryslow, placebo, or for AV1 a number from 0 to 13, "
     "not \"14\"\n"},
    {VIDEO, "{'Preset':'13'}",
     "InvalidParameter @Video.Preset: is a number for AV1 only; name one from ultrafast to "
     "placebo\n"},
    {VIDEO, "{'PixFmt':'yuv420p10le','Profile':'main'}",
     "InvalidParameter @Video.PixFmt: 10 bits need Profile high (it becomes High 10), not main\n"},
    {VIDEO, "{'Crf':0.5}",
     "InvalidParameter @Video.Crf: below 1 H.264 is lossless, which none of its profiles here has; "
     "give 1 or more\n"},
    {VIDEO, "{'Qscale':0}",
     "InvalidParameter @Video.Qscale: below 1 H.264 is lossless, which none of its profiles here "
     "has; give 1 or more\n"},
    {VIDEO, "{'Qscale':20.5}",
     "InvalidParameter @Video.Qscale: must be a whole number, not 20.5\n"},
    {VIDEO, "{'Qscale':20,'Crf':20}",
     "InvalidParameter @Video.Qscale: Crf and Qscale exclude one another; leave one of them out\n"},
    {VIDEO, "{'Qscale':20,'Maxrate':900}",
     "InvalidParameter @Video.Maxrate: cannot be held with Qscale, which takes what it takes; use "
     "Crf instead, or leave it out\n"},
    {VIDEO, "{'Bufsize':2000}",
     "InvalidParameter @Video.Bufsize: has no effect without Maxrate; give that too, or leave it "
     "out\n"},
    {VIDEO, "{'Bitrate':9}",
     "InvalidParameter @Video.Bitrate: must be kbit/s from 10 to 50000, or -1 (as the source), not "
     "9\n"},
    {VIDEO, "{'Bitrate':0}",
     "InvalidParameter @Video.Bitrate: must be kbit/s from 10 to 50000, or -1 (as the source), not "
     "0\n"},
    {VIDEO, "{'Bitrate':500,'Crf':20}",
     "InvalidParameter @Video.Crf: Bitrate and Crf exclude one another; leave one of them out\n"},
    {VIDEO, "{'Bitrate':500,'Maxrate':400}",
     "InvalidParameter @Video.Maxrate: is less than Bitrate, 500\n"},
    {OVER, "{'Video':{'Bitrate':500},'TransConfig':{'TransMode':'fixCRF'}}",
     "InvalidParameter @TransConfig.TransMode: fixCRF goes with Video.Crf, not with Video.Bitrate; "
     "leave one of them out\n"},
    {OVER, "{'Video':{'Bitrate':500,'Maxrate':600},'TransConfig':{'TransMode':'CBR'}}",
     "InvalidParameter @Video.Maxrate: with CBR the highest rate is Bitrate itself; leave it out\n"},
    {OVER, "{'Video':{'Bitrate':500,'Codec':'AV1'},'TransConfig':{'TransMode':'CBR'}}",
     "InvalidParameter @TransConfig.TransMode: CBR is for H.264 and H.265 only; AV1 takes onepass "
     "and twopass\n"},
    {OVER, "{'TransConfig':{'IsCheckVideoBitrate':true}}",
     "InvalidParameter @TransConfig.IsCheckVideoBitrate: compares with Video.Bitrate, which is not "
     "given; give it, or leave this out\n"},
    {VIDEO, "{'Codec':'AV1','Crf':30.5,'Maxrate':900}",
     "InvalidParameter @Video.Crf: must be a whole number for AV1\n"
     "InvalidParameter @Video.Maxrate: cannot be held by the AV1 encoder; leave it out, or use H.264 "
     "or H.265\n"},
    {OVER, "{'Video':{'Codec':'AV1','Profile':'high'}}",
     "InvalidParameter @Video.Profile: is for H.264 only; leave it out for AV1\n"},
    {OVER, "{'TransConfig':{'TransMode':'twopass'}}",
     "InvalidParameter @TransConfig.TransMode: twopass needs Video.Bitrate; give it, or leave this "
     "out\n"},
    {OVER, "{'Video':{'Crf':20},'TransConfig':{'TransMode':'CBR'}}",
     "InvalidParameter @TransConfig.TransMode: CBR needs Video.Bitrate; give it, or leave this out\n"},
    {OVER, "{'Video':{'Qscale':20},'TransConfig':{'TransMode':'fixCRF'}}",
     "InvalidParameter @TransConfig.TransMode: fixCRF goes with Video.Crf, not with Video.Qscale; "
     "leave one of them out\n"},
    {OVER_H265, "{'Video':{'Profile':'main'}}",
     "InvalidParameter @Video.Profile: is for H.264 only; leave it out for H.265\n"},
    {OVER, "{'Video':{'Codec':'H.265','Profile':'high'}}",
     "InvalidParameter @Video.Profile: is for H.264 only; leave it out for H.265\n"},
    {VIDEO, "{'Width':641,'Height':100}",
     "InvalidParameter @Video.Width: must be a multiple of 2, not 641\n"
     "InvalidParameter.OutOfRange @Video.Height: must be from 128 to 4096, not 100\n"},
    {VIDEO, "{'Width':4098}",
     "InvalidParameter.OutOfRange @Video.Width: must be from 128 to 4096, not 4098\n"},
    {VIDEO, "{'Width':'wide','Height':640.5}",
     "InvalidParameter @Video.Width: must be a whole number, not \"wide\"\n"
     "InvalidParameter @Video.Height: must be a whole number, not 640.5\n"},
    {VIDEO, "{'Height':960}",
     "InvalidParameter @Video.Height: with LongShortMode Width is the long edge, "
     "but 640 is less than Height, 960\n"},
    {VIDEO, "{'Maxrate':9,'Bufsize':'500','Crf':'x'}",
     "InvalidParameter @Video.Crf: must be a number, not \"x\"\n"
     "InvalidParameter.OutOfRange @Video.Maxrate: must be from 10 to 50000, not 9\n"
     "InvalidParameter.OutOfRange @Video.Bufsize: must be from 1000 to 128000, not "
     "500\n"},
    {VIDEO, "{'Gop':0}",
     "InvalidParameter @Video.Gop: must be a duration such as 10s or a number of "
     "frames from 1 to 100000, not 0\n"},
    {VIDEO, "{'Gop':'0s'}",
     "InvalidParameter @Video.Gop: must be a duration such as 10s or a number of "
     "frames from 1 to 100000, not \"0s\"\n"},
    {VIDEO, "{'Gop':'10m'}",
     "InvalidParameter @Video.Gop: must be a duration such as 10s or a number of "
     "frames from 1 to 100000, not \"10m\"\n"},
    {VIDEO, "{'Gop':100001}",
     "InvalidParameter @Video.Gop: must be a duration such as 10s or a number of "
     "frames from 1 to 100000, not 100001\n"},
    {VIDEO, "{'Crop':'borders','Pad':'641:480:0:0'}",
     "InvalidParameter @Video.Crop: must be border, or w:h:left:top in even numbers of pixels, "
     "from 16:16, not \"borders\"\n"
     "InvalidParameter @Video.Pad: must be w:h:left:top in even numbers of pixels, from 16:16, not "
     "\"641:480:0:0\"\n"},
    {VIDEO, "{'Crop':'border','Pad':'640:480:0:0','Width':320}",
     "InvalidParameter @Video.Pad: with Crop border needs both Width and Height, so that the "
     "picture surely fits\n"},
    {VIDEO, "{'Fps':0,'MaxFps':60.5,'ScanMode':'woven'}",
     "InvalidParameter.OutOfRange @Video.Fps: must be from 0.01 to 60, not 0\n"
     "InvalidParameter.OutOfRange @Video.MaxFps: must be from 0.01 to 60, not 60.5\n"
     "InvalidParameter @Video.ScanMode: must be one of source, auto, progressive, interlaced, not "
     "\"woven\"\n"},
    {VIDEO, "{'Fps':50,'MaxFps':25}",
     "InvalidParameter @Video.Fps: 50 is more than MaxFps, 25; leave one of them out\n"},
    {VIDEO, "{'InputRef':'vidio'}",
     "InvalidParameter @Video.InputRef: no input is named \"vidio\"; did you mean "
     "\"video\"?\n"},
    {VIDEO, "{'InputRef':'dub-ja'}",
     "InvalidParameter @Video.InputRef: \"dub-ja\" is an audio selector of Inputs[1]; "
     "name the input itself\n"},
    {VIDEO, "{'InputRef':''}", "InvalidParameter.EmptyValue @Video.InputRef: must not be empty\n"},
    {VIDEO, "{'Remove':'maybe'}",
     "InvalidParameter @Video.Remove: must be true or false, not \"maybe\"\n"},
    {VIDEO, "[]", "InvalidParameter @Video: must be an object, not []\n"},
    {OVER, "{'Video':{'Remove':true},'Audio':{'Remove':true}}",
     "InvalidParameter @Video.Remove: the video and every audio track are removed; "
     "nothing is left\n"},
    {OVER, "{'Video':{'Remove':true},'Audios':[{'InputRef':'dub','Remove':true}]}",
     "InvalidParameter @Video.Remove: the video and every audio track are removed; "
     "nothing is left\n"},
    {AUDIO, "{'Codec':'VORBIS'}",
     "InvalidParameter.NotSupported @Audio.Codec: mp4 files carry AAC, AC3, EAC3, MP2, MP3, "
     "FLAC or OPUS, not VORBIS; choose another codec or another Container.Format\n"},
    {AUDIO, "{'Codec':'AAX','Profile':'aac_ld'}",
     "InvalidParameter @Audio.Codec: must be one of AAC, AC3, EAC3, MP2, MP3, FLAC, OPUS, VORBIS, "
     "WMA-V1, WMA-V2, pcm_s16le, copy, not \"AAX\"\n"},
    {AUDIO, "{'Codec':'AC3','Profile':'aac_low','Bitrate':100,'Samplerate':96000}",
     "InvalidParameter @Audio.Profile: is for AAC only; leave it out for AC3\n"
     "InvalidParameter @Audio.Samplerate: AC3 takes 32000, 44100 or 48000 Hz, not 96000\n"},
    {AUDIO, "{'Codec':'MP2','Bitrate':100,'Channels':1}",
     "InvalidParameter.OutOfRange @Audio.Bitrate: MP2 at 48000 Hz with 1 channel takes 32, 48, 56, "
     "64, 80, 96, 112, 128, 160 or 192 kbit/s, not 100\n"},
    {AUDIO, "{'Codec':'FLAC','Bitrate':100}",
     "InvalidParameter @Audio.Bitrate: FLAC loses nothing and has no bit rate; leave it out\n"},
    {AUDIO, "{'Codec':'OPUS','Samplerate':44100}",
     "InvalidParameter @Audio.Samplerate: OPUS takes 48000 Hz, not 44100\n"},
    {AUDIO, "{'Codec':'MP3','Channels':6}",
     "InvalidParameter @Audio.Channels: MP3 takes 1 or 2 channels, not 6\n"},
    {AUDIO, "{'Profile':'aac_lc','Bitrate':1001,'Samplerate':48001,'Channels':7}",
     "InvalidParameter @Audio.Profile: must be one of aac_low, aac_he, aac_he_v2, "
     "aac_ld, aac_eld, not \"aac_lc\"\n"
     "InvalidParameter.OutOfRange @Audio.Bitrate: must be from 8 to 1000, not 1001\n"
     "InvalidParameter @Audio.Samplerate: must be one of 22050, 32000, 44100, 48000,"
     " 96000, not 48001\n"
     "InvalidParameter @Audio.Channels: must be 0 (as the source), 1, 2, 4, 5, 6 or 8, not 7\n"},
    {AUDIO,
     "{'Channels':3,'Bitrate':'64k','Samplerate':'8000','Volume':{'Method':'auto','LoudnessRangeTarget':21}}",
     "InvalidParameter @Audio.Bitrate: must be a whole number, not \"64k\"\n"
     "InvalidParameter @Audio.Samplerate: must be one of 22050, 32000, 44100, 48000,"
     " 96000, not \"8000\"\n"
     "InvalidParameter @Audio.Channels: must be 0 (as the source), 1, 2, 4, 5, 6 or 8, not 3\n"
     "InvalidParameter.OutOfRange @Audio.Volume.LoudnessRangeTarget: must be from 1 to 20, not 21\n"},
    {AUDIO, "{'Profile':'aac_he_v2','Channels':1}",
     "InvalidParameter @Audio.Channels: aac_he_v2 takes 2 channels, not 1\n"},
    {AUDIO, "{'Bitrate':300}",
     "InvalidParameter.OutOfRange @Audio.Bitrate: aac_he at 48000 Hz with 2 "
     "channels takes 16 to 288 kbit/s, not 300\n"},
    {AUDIO, "{'Profile':'aac_low','Bitrate':8}",
     "InvalidParameter.OutOfRange @Audio.Bitrate: aac_low at 48000 Hz with 2 "
     "channels takes 14 to 576 kbit/s, not 8\n"},
    {AUDIO, "{'Channels':0,'Profile':'aac_he_v2','Bitrate':200}",
     "InvalidParameter.OutOfRange @Audio.Bitrate: aac_he_v2 at 48000 Hz with 2 "
     "channels takes 12 to 144 kbit/s, not 200\n"},
    {AUDIO, "{'Samplerate':96000,'Bitrate':33}",
     "InvalidParameter.OutOfRange @Audio.Bitrate: aac_he at 96000 Hz with 2 "
     "channels takes 36 to 576 kbit/s, not 33\n"},
    {AUDIO, "{'InputRef':'dub','Language':'eng'}",
     "InvalidParameter @Audio.InputRef: is not a known key\n"
     "InvalidParameter @Audio.Language: is not a known key\n"},
    {OVER, "{'Audio':{'Remove':true,'Bitrate':64}}",
     "InvalidParameter @Audio.Bitrate: has no effect on an output without audio; leave it out\n"},
    {OVER, "{'Audio':{'Remove':true},'Audios':[{'InputRef':'dub'}]}",
     "InvalidParameter @Audio.Remove: removes the audio, but Audios lists tracks; "
     "leave one of the two out\n"},
    {AUDIOS, "{}", "InvalidParameter @Audios: must be an array, not {}\n"},
    {AUDIOS, "[]", "InvalidParameter.EmptyValue @Audios: must not be empty\n"},
    {AUDIOS, "['dub']", "InvalidParameter @Audios[0]: must be an object\n"},
    {AUDIOS, "[{'LanguageControl':'None'}]", "MissingParameter @Audios[0].InputRef: is required\n"},
    {AUDIOS, "[{'InputRef':'Dub'}]",
     "InvalidParameter @Audios[0].InputRef: no input or audio selector is named "
     "\"Dub\"; did you mean \"dub\"?\n"},
    {AUDIOS, "[{'InputRef':'dub-jp'}]",
     "InvalidParameter @Audios[0].InputRef: no input or audio selector is named "
     "\"dub-jp\"; did you mean \"dub-ja\"?\n"},
    {AUDIOS, "[{'InputRef':'soundtrack'}]",
     "InvalidParameter @Audios[0].InputRef: no input or audio selector is named "
     "\"soundtrack\"\n"},
    {AUDIOS, "[{'InputRef':''}]",
     "InvalidParameter.EmptyValue @Audios[0].InputRef: must not be empty\n"},
    {AUDIOS, "[{'InputRef':'dub','LanguageControl':'Configured'}]",
     "MissingParameter @Audios[0].Language: is required with LanguageControl "
     "Configured\n"},
    {AUDIOS, "[{'InputRef':'dub','LanguageControl':'Configured','Language':null}]",
     "MissingParameter @Audios[0].Language: is required with LanguageControl "
     "Configured\n"},
    {AUDIOS, "[{'InputRef':'dub','LanguageControl':'Configured','Language':'chinese'}]",
     "InvalidParameter @Audios[0].Language: \"chinese\" is not an ISO 639-2 code; did "
     "you mean \"zho\"?\n"},
    {AUDIOS, "[{'InputRef':'dub','LanguageControl':'InputFirst','Language':'zh'}]",
     "InvalidParameter @Audios[0].Language: \"zh\" is not an ISO 639-2 code; did you "
     "mean \"zho\"?\n"},
    {AUDIOS,
     "[{'InputRef':'dub','LanguageControl':'Configured','Language':'ENG'},"
     "{'InputRef':'dub','LanguageControl':'Configured','Language':'xqx'}]",
     "InvalidParameter @Audios[0].Language: \"ENG\" is not an ISO 639-2 code; did you "
     "mean \"eng\"?\n"
     "InvalidParameter @Audios[1].Language: \"xqx\" is not an ISO 639-2 code\n"},
    {AUDIOS, "[{'InputRef':'dub','LanguageControl':'Configured','Language':''}]",
     "InvalidParameter.EmptyValue @Audios[0].Language: must not be empty\n"},
    {AUDIOS, "[{'InputRef':'dub','Language':'eng'}]",
     "InvalidParameter @Audios[0].Language: has no effect with LanguageControl None,"
     " which is the default; set LanguageControl to Configured or InputFirst, or "
     "leave Language out\n"},
    {AUDIOS, "[{'InputRef':'dub','LanguageControl':'Input','Language':'eng'}]",
     "InvalidParameter @Audios[0].LanguageControl: must be one of None, InputFirst, "
     "Configured, not \"Input\"\n"},
    {AUDIOS,
     "[{'InputRef':'dub','Default':true},{'InputRef':'video','Default':'true'},"
     "{'InputRef':'dub-ja','Default':true}]",
     "InvalidParameter @Audios[1].Default: only one track can be the default; "
     "@Audios[0] is\n"
     "InvalidParameter @Audios[2].Default: only one track can be the default; "
     "@Audios[0] is\n"},
    {AUDIOS, "[{'InputRef':'dub','Duration':'stretch','Title':'a\\tb','Track':1}]",
     "InvalidParameter @Audios[0].Title: must not have control characters, such as "
     "0x09 here\n"
     "InvalidParameter @Audios[0].Duration: must be one of pad, keep, match, not "
     "\"stretch\"\n"
     "InvalidParameter @Audios[0].Track: is not a known key\n"},
    {AUDIOS,
     "[{'InputRef':'dub','Bitrate':500},{'InputRef':'dub','Profile':'aac_he_v2',"
     "'Bitrate':145},{'InputRef':'dub','Profile':'aac_he_v2','Channels':'1'}]",
     "InvalidParameter.OutOfRange @Audios[0].Bitrate: aac_he at 48000 Hz with 2 "
     "channels takes 16 to 288 kbit/s, not 500\n"
     "InvalidParameter.OutOfRange @Audios[1].Bitrate: aac_he_v2 at 48000 Hz with 2 "
     "channels takes 12 to 144 kbit/s, not 145\n"
     "InvalidParameter @Audios[2].Channels: aac_he_v2 takes 2 channels, not 1\n"},
    {OVER,
     "{'Audio':{'Bitrate':300},'Audios':[{'InputRef':'dub'},{'InputRef':'video'},"
     "{'InputRef':'dub','Profile':'aac_low'}]}",
     "InvalidParameter.OutOfRange @Audio.Bitrate: aac_he at 48000 Hz with 2 "
     "channels takes 16 to 288 kbit/s, not 300\n"},
    {AUDIOS, "[{'InputRef':'dub','Remove':'yes'}]",
     "InvalidParameter @Audios[0].Remove: must be true or false, not \"yes\"\n"},
    {VIDEO, "{'Width':1280,'Height':720,'Codec':'H.265','InputRef':'dub','Preset':'warp'}",
     "InvalidParameter @Video.Preset: must be one of ultrafast, superfast, veryfast,"
     " faster, fast, medium, slow, slower, veryslow, placebo, or for AV1 a number from 0 to 13, "
     "not \"warp\"\n"},
    {AUDIOS,
     "[{'InputRef':'dub','LanguageControl':'InputFirst','Language':'chinese'},"
     "{'InputRef':'dub','LanguageControl':'configured','language':'eng'}]",
     "InvalidParameter @Audios[0].Language: \"chinese\" is not an ISO 639-2 code; did "
     "you mean \"zho\"?\n"
     "InvalidParameter @Audios[1].language: is not a known key; did you mean "
     "\"Language\"?\n"
     "MissingParameter @Audios[1].Language: is required with LanguageControl "
     "Configured\n"},
    {AUDIOS,
     "[{'InputRef':'dub','Codec':'MP3','Bitrate':'7','Volume':{'Method':'linear',"
     "'Levels':3}},{'InputRef':'dub','Remove':true,'Bitrate':700}]",
     "InvalidParameter.OutOfRange @Audios[0].Bitrate: must be from 8 to 1000, not 7\n"
     "InvalidParameter @Audios[0].Volume.Levels: is not a known key; did you mean \"Level\"?\n"},
    {AUDIOS,
     "[{'InputRef':'dub','Codec':'copy','Bitrate':64,'Samplerate':48000,'Channels':2,"
     "'Volume':{'Match':true},'Profile':'aac_low','Tempo':'auto'}]",
     "InvalidParameter @Audios[0].Bitrate: has no effect on what is copied; leave it out\n"
     "InvalidParameter @Audios[0].Samplerate: has no effect on what is copied; leave it out\n"
     "InvalidParameter @Audios[0].Channels: has no effect on what is copied; leave it out\n"
     "InvalidParameter @Audios[0].Volume: has no effect on what is copied; leave it out\n"
     "InvalidParameter @Audios[0].Profile: has no effect on what is copied; leave it out\n"
     "InvalidParameter @Audios[0].Tempo: has no effect on what is copied; leave it out\n"},
    {AUDIO, "{'Codec':'copy','Bitrate':64}",
     "InvalidParameter @Audio.Bitrate: has no effect on what is copied; leave it out\n"},
    {OVER, "{'Audio':{'Codec':'copy','Bitrate':64},'Audios':[{'InputRef':'dub'}]}",
     "InvalidParameter @Audio.Bitrate: has no effect on what is copied; leave it out\n"},
    {OVER, "{'Audio':{'Channels':1},'Audios':[{'InputRef':'dub','Codec':'copy'}]}",
     "InvalidParameter @Audio.Channels: has no effect on what is copied; leave it out\n"},
    {AUDIO, "{'Volume':{'Level':3}}",
     "InvalidParameter @Audio.Volume.Level: is for Method linear; set Method to linear, or leave it "
     "out\n"},
    {AUDIO, "{'Volume':{'Method':'linear','Level':3,'TruePeak':-1}}",
     "InvalidParameter @Audio.Volume.TruePeak: is for Method dynamic and auto; set Method, or leave "
     "it out\n"},
    {AUDIOS, "[{'InputRef':'dub'},{'InputRef':'dub','Volume':{'Match':true,'Method':'auto'}}]",
     "InvalidParameter @Audios[1].Volume.Method: has no effect with Match, which brings the track to "
     "the loudness of the first one; leave one of the two out\n"},
    {AUDIOS, "[{'InputRef':'dub','Tempo':'3'},{'InputRef':'dub','Tempo':'fast'}]",
     "InvalidParameter @Audios[0].Tempo: must be auto or a fraction from 1/2 to 2, such as 960/1001, "
     "not \"3\"\n"
     "InvalidParameter @Audios[1].Tempo: must be auto or a fraction from 1/2 to 2, such as 960/1001, "
     "not \"fast\"\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a','TemplateId':'video-360p',"
     "'OverrideParams':{'Audio':{'Bitrate':8}}}]",
     "InvalidParameter.ResourceNotFound %[0].TemplateId: no template has the id "
     "\"video-360p\"; did you mean \"Video-360P\"?\n"},
    {OUTPUTS,
     "[{'OutputFileName':'a','OverrideParams':{'Audio':{'Profile':'aac_he',"
     "'Bitrate':'300'},'Video':{'Codec':'x264'}}},{'OutputFileName':'b',"
     "'OverrideParams':'[1]'}]",
     "InvalidParameter @Video.Codec: must be one of H.264, H.265, AV1, GIF, WEBP, copy, not \"x264\"\n"
     "InvalidParameter.OutOfRange @Audio.Bitrate: aac_he at 44100 Hz with 2 "
     "channels takes 16 to 264 kbit/s, not 300\n"
     "InvalidParameter %[1].OverrideParams: must be a JSON object\n"},
    {INPUTS,
     "[{'Name':'a','InputFile':{'Media':'a.mp4'},'AudioSelector':[{'Name':'s',"
     "'Rule':'index','Index':0,'Track':2}]},{'Name':'b',"
     "'InputFile':{'Media':'b.mp4'},'AudioSelector':[{'Name':'s','Rule':'track',"
     "'Track':1}]}]",
     "InvalidParameter Inputs[0].AudioSelector[0].Track: has no effect with Rule "
     "index; leave it out\n"
     "InvalidParameter Inputs[1].AudioSelector[0].Name: \"s\" is already the name of "
     "Inputs[0].AudioSelector[0]\n"},
    {GROUPS,
     "[{'GroupConfig':{'Type':'Dash','OutputFileBase':'out'},'Output':[],"
     "'Outputs':[{'OutputFileName':'a'}]}]",
     "InvalidParameter.NotSupported OutputGroups[0].GroupConfig.Type: Dash is not "
     "supported by this version of Polymux; it must be File\n"
     "InvalidParameter OutputGroups[0].GroupConfig.OutputFileBase: must be an "
     "object, not \"out\"\n"
     "InvalidParameter OutputGroups[0].Output: is not a known key; did you mean "
     "\"Outputs\"?\n"},
};
